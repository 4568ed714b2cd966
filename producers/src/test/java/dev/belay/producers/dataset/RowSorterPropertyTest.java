package dev.belay.producers.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.producers.source.Row;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class RowSorterPropertyTest {
    @Property(tries = 100)
    void anyMemoryGivesTheOrderOfASortInMemory(
            @ForAll @Size(max = 200) List<Long> keys,
            @ForAll @IntRange(min = 1, max = 20_000) int bytes)
            throws IOException {
        // Given
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            String id = "id" + keys.get(i);
            Example example = EventFactory.example(id, Split.STUDENT, "täxt", 0);
            rows.add(new Row(keys.get(i), i, example, i % 2));
        }
        Path directory = Files.createTempDirectory("belay-sorter-test-");
        // When
        List<Row> sorted = new ArrayList<>();
        try (RowSorter sorter = new RowSorter(Row.BY_HASH, bytes, directory)) {
            rows.forEach(sorter);
            try (Rows all = sorter.sorted()) {
                all.forEachRemaining(sorted::add);
            }
        }
        // Then
        rows.sort(Row.BY_HASH);
        assertEquals(rows, sorted);
        Files.delete(directory);
    }
}
