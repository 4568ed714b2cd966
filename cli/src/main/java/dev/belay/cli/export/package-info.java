/**
 * {@code belay export}: an experiment's data as plain files, for independent recounts.
 *
 * <p>Contract: reads topics from their beginning to what is committed when it begins, never writes
 * to one, and takes 8 bytes of memory a row besides the rows that occur more than once. The same
 * topics give the same bytes.
 */
@NullMarked
package dev.belay.cli.export;

import org.jspecify.annotations.NullMarked;
