package dev.belay.cli.report.page;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.report.SampleRun;
import dev.belay.cli.report.results.RunResults;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SliceTableTest {
    private final RunResults results = SampleRun.finished(1, 4);
    private final PairMetrics last = results.finalRows().get(0);

    @Test
    void slicesOfTheLastCheckpointAreListedByTheirExamplesAndOtherIsLast() {
        // Given
        add("lang=fr", 4, 300);
        add("lang=de", 4, 1_700);
        add("other", 4, 2_000);
        add("lang=it", 3, 500);
        results.add(
                PairMetrics.newBuilder(last)
                        .setSlice("lang=fr")
                        .setPhase(Phase.PROGRESSIVE)
                        .setN(9)
                        .build());
        // When
        List<Map<String, Object>> tables = SliceTable.of(results, results.finalRows());
        // Then
        assertEquals(1, tables.size());
        assertEquals("naive", tables.get(0).get("student"));
        List<?> lines = (List<?>) requireNonNull(tables.get(0).get("lines"));
        assertEquals(
                List.of("lang=de 1,700", "lang=fr 300", "other 2,000"),
                lines.stream()
                        .map(line -> (Map<?, ?>) line)
                        .map(line -> line.get("slice") + " " + line.get("n"))
                        .toList());
    }

    @Test
    void atMostTwentySlicesAreShownAndTheRestIsCounted() {
        for (int i = 0; i < 25; i++) {
            add("user=" + i, 4, 100 - i);
        }
        Map<String, Object> table = SliceTable.of(results, results.finalRows()).get(0);
        assertEquals(20, ((List<?>) requireNonNull(table.get("lines"))).size());
        assertEquals("And 5 more in belay.slices.", table.get("more"));
    }

    @Test
    void thePageHasSlicesOnlyWhereThereAreSomeAndTheyChangeNoOtherRow() {
        List<PairMetrics> before = results.rows();
        assertFalse(ReportHtml.of(results, Instant.EPOCH).contains("By slice"));
        add("<lang>=de", 4, 1_700);
        String page = ReportHtml.of(results, Instant.EPOCH);
        assertTrue(page.contains("By slice"));
        assertTrue(page.contains("&lt;lang&gt;"));
        assertEquals(before, results.rows());
    }

    private void add(String slice, long checkpoint, long n) {
        results.add(
                PairMetrics.newBuilder(last)
                        .setSlice(slice)
                        .setCheckpoint(checkpoint)
                        .setN(n)
                        .build());
    }
}
