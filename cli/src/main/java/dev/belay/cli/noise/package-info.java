/**
 * The labels of a student beside the predictions that were made before they were learned, and the
 * truth: read from the topics of a task, and counted by window. Reads only.
 */
@NullMarked
package dev.belay.cli.noise;

import org.jspecify.annotations.NullMarked;
