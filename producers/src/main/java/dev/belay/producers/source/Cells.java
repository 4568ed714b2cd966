package dev.belay.producers.source;

import org.jspecify.annotations.Nullable;

/**
 * The cells of one row, by column. Each method throws a {@link DataException} when the column is
 * missing or its cell is of another type.
 */
interface Cells {
    /** Any text, also an empty one. */
    String text(String column);

    /** A text or an integer, as text. */
    String scalar(String column);

    /** The same; null where the cell is empty or null. */
    @Nullable String optional(String column);

    /** A number. */
    double number(String column);

    /** A JSON array of numbers. */
    double[] numbers(String column);
}
