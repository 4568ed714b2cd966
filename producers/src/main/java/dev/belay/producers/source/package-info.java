/**
 * Sources of rows: CSV, TSV, JSON Lines and the built-in WordNet task, each read once from first to
 * last row. Every defect of a file is a {@link dev.belay.producers.source.DataException} with file,
 * line, what was found and what was expected.
 */
@NullMarked
package dev.belay.producers.source;

import org.jspecify.annotations.NullMarked;
