package dev.belay.producers.source;

import java.util.function.Consumer;

/** Something rows are read from, once, from its first row to its last. */
public interface RowSource {
    /** What the user calls it: a path, or the name of a builtin. */
    String name();

    /**
     * Reads, checks and passes on every row.
     *
     * @return SHA-256 (hex) of the source's bytes
     * @throws DataException at the first thing that is wrong
     */
    String read(Consumer<Row> rows);
}
