/**
 * Checkpoint stores: a directory or S3, and the provenance written beside the weights. What {@code
 * put} returned is durable. File names contain the content's SHA-256; reads verify it. Safe for use
 * by many threads.
 */
@NullMarked
package dev.belay.models.store;

import org.jspecify.annotations.NullMarked;
