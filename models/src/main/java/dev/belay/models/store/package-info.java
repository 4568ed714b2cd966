/**
 * Checkpoint stores, a directory or S3, and the provenance file of a checkpoint. A file is durable
 * when {@code put} returns. File names contain the content's SHA-256; reads verify it. Thread-safe.
 */
@NullMarked
package dev.belay.models.store;

import org.jspecify.annotations.NullMarked;
