/**
 * Data files: JSON Lines, CSV, TSV, plain, gzip or zstd, and Parquet, with bounded memory for a
 * line and strict UTF-8. A format is a {@link dev.belay.producers.file.FileFormat}.
 */
@NullMarked
package dev.belay.producers.file;

import org.jspecify.annotations.NullMarked;
