package dev.belay.producers.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.plugins.Parameters;
import java.util.function.ObjLongConsumer;

/**
 * A finite source: rows with named cells, read once from the first to the last. Belay checks them,
 * splits them and orders them.
 */
public non-sealed interface RowSource extends Source {
    /** What messages call it; by default its name. */
    default String title(Parameters parameters) {
        return name();
    }

    /**
     * Reads every row.
     *
     * @param fields the columns that are read; others may be left out
     * @param rows gets each row's cells by column, and its line (from 1, unique). An input is a
     *     text, or numbers in one column (an array) or several; a label is the name or index of a
     *     class, or null where the truth is not known. A row that does not fit {@code fields} is
     *     refused there.
     * @return SHA-256 (hex) of the content: another one where anything in it differs
     * @throws DataException at the first thing that is wrong
     */
    String read(Parameters parameters, DataConfig.Fields fields, ObjLongConsumer<ObjectNode> rows);
}
