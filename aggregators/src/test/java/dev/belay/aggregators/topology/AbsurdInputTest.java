package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Blocks.progressive;
import static dev.belay.aggregators.topology.Blocks.sweep;
import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.spec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.counting.InputBounds;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.State;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be read and yet would hold up, or drown, all that comes after it. */
class AbsurdInputTest {
    private static final List<String> IDS = List.of("e1", "e2", "e3", "e4");

    @TempDir Path state;
    private Harness harness;

    @BeforeEach
    void open() {
        harness = new Harness(state, 1);
        harness.spec(spec("weak", "truth", null));
        harness.spec(spec("naive", "weak", null));
        harness.checkpoint(checkpoint("weak", 1, State.FINISHED, 500));
        harness.checkpoint(checkpoint("naive", 1, State.FINISHED, 256));
    }

    @AfterEach
    void close() {
        harness.close();
    }

    /** The windows of such a time can't be computed, and nothing else would ever pass. */
    @Test
    void predictionsAtTheEndOfTimeAreRefused() {
        for (long timeMs : new long[] {Long.MIN_VALUE, Long.MAX_VALUE, 1L << 50}) {
            harness.block(progressive("weak", 1, timeMs, IDS, 0, 1, 1, 0));
            harness.block(progressive("naive", 1, timeMs, IDS, 0, 1, 1, 0));
        }

        assertEquals(6, harness.deadLetters().size());
    }

    /** No correction could ever replace it. */
    @Test
    void truthOfTheFutureIsRefused() {
        harness.truth("e1", 0, Long.MAX_VALUE);
        harness.truth("e1", 0, Long.MIN_VALUE);

        assertEquals(2, harness.deadLetters().size());
    }

    /** It fits into its topic, and not, with its key, into the one of strays. */
    @Test
    void idsThatAreDocumentsAreRefused() {
        String huge = "x".repeat(InputBounds.MOST_ID_BYTES + 1);
        harness.truth(huge, 0, 1);
        harness.truthTakenBack(huge, 1);
        harness.block(sweep("weak", 1, 4, 10, List.of("e1", huge), 0, 1));

        List<String> reasons = harness.deadLetters();
        assertEquals(3, reasons.size());
        assertTrue(
                reasons.stream().allMatch(r -> r.contains("at most 4096 bytes")),
                () -> reasons.toString());
    }

    /** Whatever it is compared with would wait for ever for its rows. */
    @Test
    void sweepsThatCouldNeverBeCompleteAreRefused() {
        harness.block(sweep("weak", 1, 1_000_000_000_000L, 10, IDS, 0, 1, 1, 0));
        harness.block(sweep("weak", 1, 4, 10, IDS, 0, 1, 1, 0));
        harness.block(sweep("naive", 1, 4, 10, IDS, 0, 0, 1, 0));

        assertEquals(4, harness.metrics("naive", 1, Phase.HOLDOUT).getWithoutTruth());
        List<String> reasons = harness.deadLetters();
        assertEquals(1, reasons.size());
        assertTrue(reasons.get(0).contains("sweepRows"), () -> reasons.toString());
    }

    @Test
    void truthTakenBackInTheFarFutureIsRefused() {
        harness.block(sweep("weak", 1, 4, 10, IDS, 0, 1, 1, 0));
        harness.block(sweep("naive", 1, 4, 10, IDS, 0, 0, 1, 0));
        harness.truthTakenBack("e1", 1L << 50);
        harness.truth("e1", 0, 5);

        assertEquals(1, harness.metrics("naive", 1, Phase.HOLDOUT).getN());
        assertEquals(1, harness.deadLetters().size());
    }

    @Test
    void aSpecThatContradictsItsTaskMakesNonsenseOfNobodyElse() {
        ModelSpec three =
                ModelSpec.newBuilder(spec("odd", "weak", null))
                        .setClasses(List.of("a", "b", "c"))
                        .build();
        harness.spec(three);

        IDS.forEach(id -> harness.truth(id, 0, 1));
        harness.block(sweep("weak", 1, 4, 10, IDS, 0, 1, 1, 0));
        harness.block(sweep("naive", 1, 4, 10, IDS, 0, 0, 1, 0));

        assertEquals(4, harness.metrics("naive", 1, Phase.HOLDOUT).getN());
        assertEquals(List.of(), harness.deadLetters());
    }
}
