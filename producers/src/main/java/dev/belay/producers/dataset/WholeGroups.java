package dev.belay.producers.dataset;

import dev.belay.producers.source.DataException;
import dev.belay.producers.source.Row;
import dev.belay.producers.source.RowBuilder;
import dev.belay.schemas.events.Split;
import java.nio.file.Path;

/**
 * Checks that a split column, or a condition on tags, cuts no group; all else is split by hash of
 * the group.
 */
final class WholeGroups {
    private WholeGroups() {}

    /**
     * @param all rows of the source that {@code name} names
     * @param memoryBytes rows are kept in memory up to about this, then in {@code directory}
     * @throws DataException at the first row that is on the other side than another of its group
     */
    static void require(String name, RowSorter all, long memoryBytes, Path directory) {
        try (RowSorter byUnit = new RowSorter(Row.BY_UNIT, memoryBytes, directory);
                Rows rows = all.sorted()) {
            rows.forEachRemaining(byUnit);
            try (Rows sorted = byUnit.sorted()) {
                Row last = null;
                while (sorted.hasNext()) {
                    Row row = sorted.next();
                    if (last != null
                            && last.unit().equals(row.unit())
                            && (last.split() == Split.HOLDOUT) != (row.split() == Split.HOLDOUT)) {
                        throw DataException.at(
                                name,
                                row.line(),
                                "a row of group '"
                                        + RowBuilder.abbreviate(row.unit())
                                        + "' on the other side of the holdout than in line "
                                        + last.line(),
                                "all rows of a group in the holdout, or none",
                                "Mend the split column, or draw the holdout: {share: 0.2}.");
                    }
                    last = row;
                }
            }
        }
    }
}
