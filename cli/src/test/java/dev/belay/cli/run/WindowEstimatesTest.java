package dev.belay.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.cli.report.SampleRun;
import dev.belay.cli.report.results.RunResults;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import java.util.List;
import org.junit.jupiter.api.Test;

class WindowEstimatesTest {
    private final RunResults results = SampleRun.finished(1, 2);
    private final PairMetrics last = results.finalRows().get(0);

    @Test
    void theNewestOfTheShortestWindowsAreReadWithinTheBound() {
        // Given windows of 10 ms with 30,000 examples each, and one of 100 ms
        for (int w = 0; w < 5; w++) {
            window(10L * w, 10, 10_000, 19_000, 1_000);
        }
        window(0, 100, 50_000, 0, 0);
        // Then
        assertEquals(List.of(40L, 30L, 20L), starts());
        // When the newest alone has more than the bound
        window(50, 10, 50_000, 50_001, 0);
        // Then
        assertEquals(List.of(), starts());
    }

    @Test
    void withoutWindowsNothingIsRead() {
        assertEquals(List.of(), starts());
    }

    private List<Long> starts() {
        return WindowEstimates.windows(results, last.getStudent()).stream()
                .map(PairMetrics::getWindowStartMs)
                .toList();
    }

    private void window(long startMs, long lengthMs, long n, long withoutTruth, long abstained) {
        results.add(
                PairMetrics.newBuilder(last)
                        .setPhase(Phase.PROGRESSIVE)
                        .setWindowStartMs(startMs)
                        .setWindowEndMs(startMs + lengthMs)
                        .setN(n)
                        .setWithoutTruth(withoutTruth)
                        .setAbstained(abstained)
                        .build());
    }
}
