package dev.belay.producers.source;

import dev.belay.schemas.IdHash;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Split;
import java.util.Comparator;

/**
 * One checked row of a data set.
 *
 * @param key hash of (order seed, id), to be compared unsigned; 0 of an endless source, whose order
 *     is its own
 * @param line where it stood in its source, 1-based
 * @param example with event time 0: it has none until it is produced
 * @param label class index, or {@link #NO_LABEL}
 */
public record Row(long key, long line, Example example, int label) {
    /** The label of a row whose truth is not known. */
    public static final int NO_LABEL = -1;

    /** By hash, then id, then line: equal ids are neighbours, the first in the file comes first. */
    public static final Comparator<Row> BY_HASH =
            ((Comparator<Row>) (a, b) -> Long.compareUnsigned(a.key, b.key))
                    .thenComparing(Row::id)
                    .thenComparingLong(Row::line);

    /** As in the file. */
    public static final Comparator<Row> BY_LINE = Comparator.comparingLong(Row::line);

    /** By what is split as a whole, then line. */
    public static final Comparator<Row> BY_UNIT =
            Comparator.comparing(Row::unit).thenComparingLong(Row::line);

    public String id() {
        return example.getId();
    }

    public Split split() {
        return example.getSplit();
    }

    /** What is split and drawn as a whole, see {@link dev.belay.schemas.IdHash#unit}. */
    public String unit() {
        return IdHash.unit(example.getGroup(), example.getId());
    }

    public boolean hasLabel() {
        return label != NO_LABEL;
    }

    /** Whether both have the same content, at any line. */
    public boolean sameContent(Row other) {
        return example.equals(other.example) && label == other.label;
    }
}
