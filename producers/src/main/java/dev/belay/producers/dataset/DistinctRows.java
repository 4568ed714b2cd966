package dev.belay.producers.dataset;

import dev.belay.producers.source.DataException;
import dev.belay.producers.source.Row;
import dev.belay.producers.source.RowBuilder;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Drops rows that repeat the id and content of the row before; the same id with other content is an
 * error.
 */
final class DistinctRows implements Rows {
    private final String file;
    private final Rows rows;
    private @Nullable Row last;
    private @Nullable Row next;

    DistinctRows(String file, Rows rows) {
        this.file = file;
        this.rows = rows;
        next = advance();
    }

    private @Nullable Row advance() {
        while (rows.hasNext()) {
            Row row = rows.next();
            if (last == null || !last.id().equals(row.id())) {
                last = row;
                return row;
            }
            if (!last.sameContent(row)) {
                throw DataException.at(
                        file,
                        row.line(),
                        "id '%s' with content that differs from line %s"
                                .formatted(RowBuilder.abbreviate(row.id()), last.line()),
                        "each id once, or each time with the same content",
                        "Correct the rows, or name the column that holds unique ids.");
            }
        }
        return null;
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public Row next() {
        Row result = next;
        if (result == null) {
            throw new NoSuchElementException();
        }
        next = advance();
        return result;
    }

    @Override
    public void close() {
        rows.close();
    }
}
