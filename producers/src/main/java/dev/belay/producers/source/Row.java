package dev.belay.producers.source;

import dev.belay.schemas.events.Split;
import java.util.Comparator;

/**
 * One checked row of a data set.
 *
 * @param key hash of (order seed, id), to be compared unsigned
 * @param line of its source, 1-based
 * @param label class index, or {@link #NO_LABEL}
 */
public record Row(long key, long line, String id, String text, int label, Split split) {
    /** The label of a row whose truth is not known. */
    public static final int NO_LABEL = -1;

    /** By hash, then id, then line: equal ids are neighbours, the first in the file comes first. */
    public static final Comparator<Row> BY_HASH =
            ((Comparator<Row>) (a, b) -> Long.compareUnsigned(a.key, b.key))
                    .thenComparing(Row::id)
                    .thenComparingLong(Row::line);

    /** As in the file. */
    public static final Comparator<Row> BY_LINE = Comparator.comparingLong(Row::line);

    public boolean hasLabel() {
        return label != NO_LABEL;
    }

    /** Whether both have the same content, at any line. */
    public boolean sameContent(Row other) {
        return id.equals(other.id)
                && text.equals(other.text)
                && label == other.label
                && split == other.split;
    }
}
