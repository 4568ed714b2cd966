package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Blocks.progressive;
import static dev.belay.aggregators.topology.Blocks.sweep;
import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.spec;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.counting.Lateness;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.State;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What no service of ours writes, and others may. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.SECONDS)
class HostileInputTest {
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
        IDS.forEach(id -> harness.truth(id, 0, 1));
    }

    @AfterEach
    void close() {
        harness.close();
    }

    @Test
    void holdoutIdsThatComeInAStreamTooAreCountedInBoth() {
        // Given examples of the stream that no holdout has
        List<String> others = List.of("s1", "s2", "s3");
        others.forEach(id -> harness.truth(id, 1, 1));
        harness.block(progressive("weak", 1, 10, others, 0, 0, 0));
        harness.block(progressive("naive", 0, 10, others, 0, 0, 0));
        // When the stream brings the ids of a sweep, in its order
        harness.block(sweep("weak", 1, 4, 10, IDS, 0, 1, 1, 0));
        harness.block(sweep("naive", 1, 4, 10, IDS, 0, 0, 1, 0));
        harness.block(progressive("weak", 1, 10, IDS, 0, 1, 1, 0));
        harness.block(progressive("naive", 0, 10, IDS, 0, 0, 1, 0));
        // Then
        assertEquals(4, harness.metrics("naive", 1, Phase.HOLDOUT).getN());
        var row = harness.metrics("naive", 0, Phase.PROGRESSIVE);
        assertEquals(7, row.getN());
        assertEquals(3.0 / 7, row.getStudentAccuracy().getValue());
    }

    @Test
    void absurdEventTimesAreNoPredictions() {
        for (long timeMs : new long[] {Long.MIN_VALUE, Long.MIN_VALUE + 1, Long.MAX_VALUE}) {
            harness.block(progressive("weak", 1, timeMs, IDS, 0, 1, 1, 0));
            harness.block(progressive("naive", 0, timeMs, IDS, 0, 0, 1, 0));
        }
        assertEquals(6, harness.deadLetters().size());

        harness.block(progressive("weak", 1, 10, IDS, 0, 1, 1, 0));
        harness.block(progressive("naive", 0, 10, IDS, 0, 0, 1, 0));
        assertEquals(4, harness.metrics("naive", 0, Phase.PROGRESSIVE).getN());
    }

    @Test
    void anExampleFromTheFutureDoesNotMakeAllOthersTooLate() {
        long nowMs = 1_767_225_600_000L; // when the harness begins
        long inAHundredYears = nowMs + 36_525L * 86_400_000;
        List<String> future = List.of("f1");
        harness.checkpoint(checkpoint("weak", 2, State.READY, 600));
        harness.checkpoint(checkpoint("naive", 2, State.READY, 600));
        harness.block(progressive("weak", 1, inAHundredYears, future, 0));
        harness.block(progressive("naive", 0, inAHundredYears, future, 0));
        for (int i = 0; i < 10; i++) {
            harness.metrics(); // 2.4 s each
        }

        harness.block(progressive("weak", 1, nowMs, IDS, 0, 1, 1, 0));
        harness.block(progressive("naive", 0, nowMs, IDS, 0, 0, 1, 0));

        assertEquals(4, harness.metrics("naive", 0, Phase.PROGRESSIVE).getN());
        assertEquals(0, harness.counter("belay.too.late"));
    }

    @Test
    void whatIsSupersededAsALabelStillCountsAsTheStudents() {
        // Given that naive is known as a supervisor only
        try (Harness late = new Harness(state.resolve("late"), 1)) {
            late.spec(spec("weak", "truth", null));
            late.spec(spec("next", "naive", null));
            IDS.forEach(id -> late.truth(id, 0, 1));
            late.block(progressive("weak", 1, 10, IDS, 0, 0, 0, 0));
            late.block(progressive("next", 0, 10, IDS, 0, 0, 0, 0));
            late.metrics();
            // When its labels come before what its trainer said of the same examples
            late.block(progressive("naive", 2, 40, IDS, 1, 1, 1, 1));
            late.block(progressive("naive", 0, 20, IDS, 0, 0, 1, 0));
            late.metrics();
            late.spec(spec("naive", "weak", null));
            // Then
            var row = late.metrics("naive", 0, Phase.PROGRESSIVE);
            assertEquals(0.75, row.getStudentAccuracy().getValue());
        }
    }

    @Test
    void aSpecOfOtherClassesDoesNotStopTheOthers() {
        harness.block(sweep("weak", 1, 4, 10, IDS, 0, 1, 1, 0));
        harness.block(sweep("naive", 1, 4, 10, IDS, 0, 0, 1, 0));
        harness.metrics();
        harness.spec(ofThreeClasses("odd", "weak"));
        harness.metrics();

        harness.checkpoint(checkpoint("naive", 2, State.FINISHED, 512));
        harness.block(sweep("naive", 2, 4, 20, IDS, 0, 0, 0, 0));

        assertEquals(4, harness.metrics("naive", 2, Phase.HOLDOUT).getN());
        assertEquals(4, harness.metrics("naive", 1, Phase.HOLDOUT).getN());
    }

    @Test
    void anOwnerThatIsCorrectedChangesTheClassesOfItsTask() {
        try (Harness odd = new Harness(state.resolve("odd"), 1)) {
            // Given three classes, as far as anybody knows
            odd.spec(ofThreeClasses("weak", "truth"));
            odd.spec(ofThreeClasses("naive", "weak"));
            odd.checkpoint(checkpoint("weak", 1, State.FINISHED, 500));
            odd.checkpoint(checkpoint("naive", 1, State.FINISHED, 256));
            IDS.forEach(id -> odd.truth(id, 0, 1));
            for (String model : List.of("weak", "naive")) {
                List<Float> p = List.of(0.5f, 0.25f, 0.25f);
                var three = Phase.HOLDOUT;
                odd.block(
                        EventFactory.block(
                                Specs.id(model),
                                1L,
                                three,
                                3,
                                List.of("e1"),
                                List.of(9L),
                                p,
                                1L,
                                false));
            }
            assertEquals(1, odd.metrics("naive", 1, Phase.HOLDOUT).getN());
            // When they are corrected
            odd.spec(spec("weak", "truth", null));
            odd.spec(spec("naive", "weak", null));
            odd.block(sweep("weak", 1, 4, 10, IDS, 0, 1, 1, 0));
            odd.block(sweep("naive", 1, 4, 10, IDS, 0, 0, 1, 0));
            // Then
            assertEquals(4, odd.metrics("naive", 1, Phase.HOLDOUT).getN());
            assertEquals(2, odd.deadLetters().size());
        }
    }

    @Test
    void aMajorityOfWrongSpecsIsRefusedAndValidBlocksAreCounted() {
        // Given as many wrong specs as there are not right ones
        for (int i = 0; i < 5; i++) {
            harness.spec(ofThreeClasses("odd" + i, "truth"));
        }
        // When both predict
        IDS.forEach(e -> harness.truth(e, 0, 1));
        harness.block(sweep("weak", 1, 4, 10, IDS, 0, 1, 1, 0));
        harness.checkpoint(checkpoint("naive", 2, State.FINISHED, 512));
        harness.block(sweep("naive", 2, 4, 20, IDS, 0, 0, 0, 0));
        harness.block(
                EventFactory.block(
                        Specs.id("odd0"),
                        1L,
                        Phase.HOLDOUT,
                        3,
                        List.of("e1"),
                        List.of(9L),
                        List.of(0.5f, 0.25f, 0.25f),
                        1L,
                        false));
        // Then
        assertEquals(4, harness.metrics("naive", 2, Phase.HOLDOUT).getN());
        assertEquals(
                List.of(
                        "the spec of x/odd0#0@0 has the classes [a, b, c], but task t has [a, b] by the spec of x/weak#0@0: expected the same classes, or another task"),
                harness.deadLetters());
        assertEquals(5, harness.counter("belay.specs.refused"));
    }

    @Test
    void theOwnerOfTheClassesStaysWhenItsFirstSpecWasCompactedAwayBeforeARestart() {
        Cluster cluster =
                new Cluster(2, new Lateness(List.of(), Duration.ofHours(1), Duration.ofDays(7)));
        cluster.spec(spec("weak", "truth", null), 5);
        cluster.spec(spec("naive", "weak", null), 5);
        cluster.checkpoint(checkpoint("weak", 1, State.FINISHED, 500));
        cluster.block(sweep("weak", 1, 4, 10, IDS, 0, 1, 1, 0));
        cluster.metrics();
        // When what contradicts is older than what is left of the others
        Catalog compacted = new Catalog(Specs.TASK);
        compacted.add(ofThreeClasses("odd", "truth"), 6);
        compacted.add(spec("weak", "truth", null), 7);
        compacted.add(spec("naive", "weak", null), 7);
        compacted.add(checkpoint("weak", 1, State.FINISHED, 500));
        compacted.add(checkpoint("naive", 1, State.FINISHED, 256));
        assertEquals(3, compacted.classes());
        cluster.restart(compacted);
        cluster.block(sweep("naive", 1, 4, 10, IDS, 0, 0, 1, 0));
        // Then
        assertEquals(2, compacted.classes());
        assertEquals(
                4,
                requireNonNull(cluster.metrics().get(Specs.id("naive") + "|1|HOLDOUT|cumulative"))
                        .getWithoutTruth());
    }

    @Test
    void lettersOfWhatWasKeptSayWhereItFirstCameFrom() {
        try (Harness many = new Harness(state.resolve("many"), 4)) {
            // Given a block before all specs, whose ids belong to several partitions
            for (int i = 0; i < 9; i++) {
                many.raw(Topics.defaults().predictions(Specs.TASK), "e1", new byte[0]);
            }
            assertEquals(9, many.deadLetters().size());
            many.block(sweep("naive", 1, 4, 10, IDS, 0, 0, 0, 0));
            many.block(sweep("weak", 1, 4, 10, IDS, 0, 1, 1, 0));
            assertTrue(many.counter("belay.strays") > 1);
            // When a spec says that it is nonsense
            many.spec(ofThreeClasses("weak", "truth"));
            many.spec(ofThreeClasses("naive", "weak"));
            many.checkpoint(checkpoint("weak", 1, State.FINISHED, 500));
            many.checkpoint(checkpoint("naive", 1, State.FINISHED, 256));
            many.metrics();
            // Then
            List<String> offsets = many.deadLetters("belay.offset");
            assertTrue(offsets.size() > 2, offsets::toString);
            assertEquals(Set.of("9", "10"), Set.copyOf(offsets));
        }
    }

    private static ModelSpec ofThreeClasses(String model, String supervisor) {
        return ModelSpec.newBuilder(spec(model, supervisor, null))
                .setClasses(List.of("a", "b", "c"))
                .build();
    }
}
