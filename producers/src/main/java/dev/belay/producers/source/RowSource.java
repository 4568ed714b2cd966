package dev.belay.producers.source;

import java.util.function.Consumer;

/** A source of rows, read once from its first row to its last. */
public interface RowSource {
    /** What the user calls it: a path, or the name of a builtin. */
    String name();

    /**
     * Reads and checks every row and passes it to the receiver.
     *
     * @return SHA-256 (hex) of the source's bytes
     * @throws DataException at the first thing that is wrong
     */
    String read(Consumer<Row> rows);
}
