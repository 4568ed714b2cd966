package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.counting.Lateness;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.State;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task of kind choice: figures, and what is invalid. */
class ChoiceTest {
    @TempDir private Path state;

    @Test
    void aCompleteSweepHasPgrWithItsIntervalAndNoFiguresByClass() {
        try (Harness harness = new Harness(state, 1)) {
            // Given 200 examples of 2 to 5 options, truth 1; right are: weak half, naive 3/4, top
            // all
            Choices.start(harness);
            List<Choices.Row> weak = new ArrayList<>();
            List<Choices.Row> naive = new ArrayList<>();
            List<Choices.Row> top = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                int options = 2 + i % 4;
                harness.truth("e" + i, 1, 1);
                weak.add(row(i, options, i < 100 ? 1 : 0));
                naive.add(row(i, options, i < 150 ? 1 : 0));
                top.add(row(i, options, 1));
            }
            // When
            harness.block(Choices.block("weak", Phase.HOLDOUT, 200, weak));
            harness.block(Choices.block("naive", Phase.HOLDOUT, 200, naive));
            harness.block(Choices.block("top", Phase.HOLDOUT, 200, top));
            PairMetrics row = harness.metrics("naive", 1, Phase.HOLDOUT);
            // Then
            assertEquals(.5, requireNonNull(row.getSupervisorAccuracy()).getValue());
            assertEquals(.75, requireNonNull(row.getStudentAccuracy()).getValue());
            assertEquals(1, requireNonNull(row.getCeilingAccuracy()).getValue());
            var pgr = requireNonNull(row.getPgr());
            assertEquals(.5, pgr.getValue());
            assertTrue(requireNonNull(pgr.getLow()) > .3);
            assertEquals(.75, requireNonNull(row.getAgreement()).getValue());
            assertEquals(.5, requireNonNull(row.getAgreementWhenSupervisorWrong()).getValue());
            assertNotNull(row.getErrorConsistency());
            assertNotNull(row.getGate());
            assertNull(row.getCohensKappa());
            assertEquals(List.of(), row.getByClass());
            assertEquals(List.of(), harness.deadLetters());
            assertEquals(0, harness.counter("belay.self.check.failed"));
        }
    }

    @Test
    void blocksThatContradictTheKindOrThemselvesAreDeadLetters() {
        try (Harness harness = new Harness(state, 1)) {
            Choices.start(harness);

            harness.block(Blocks.sweep("weak", 1, 0, 1, List.of("a"), 1));
            PredictionBlock good =
                    Choices.block("weak", Phase.HOLDOUT, 0, List.of(row(1, 3, 2), row(2, 2, 0)));
            harness.block(PredictionBlock.newBuilder(good).setOptionCounts(List.of(3)).build());
            harness.block(PredictionBlock.newBuilder(good).setOptionCounts(List.of(3, 3)).build());
            harness.block(PredictionBlock.newBuilder(good).setOptionCounts(List.of(4, 1)).build());
            harness.block(PredictionBlock.newBuilder(good).setOptionCounts(List.of(2, 3)).build());
            harness.block(good);

            List<String> reasons = harness.deadLetters();
            assertEquals(
                    List.of(
                            "expected options, the task being of kind choice, found 2 classes",
                            "expected 2 option counts, found 1",
                            "expected 6 probabilities (options of 2 rows), found 5",
                            "row 1: expected 2 to 256 options, found 1"),
                    reasons.subList(0, 4));
            assertTrue(reasons.get(4).startsWith("row 0: probabilities sum to"), reasons.get(4));
            assertEquals(5, reasons.size());
        }
    }

    @Test
    void aBlockOfOptionsOfATaskOfClassesIsADeadLetterAlsoIfItCameBeforeTheSpec() {
        try (Harness harness = new Harness(state, 1)) {
            harness.block(Choices.block("weak", Phase.HOLDOUT, 0, List.of(row(1, 3, 0))));
            harness.spec(Specs.spec("weak", "truth", null));
            harness.spec(Specs.spec("naive", "weak", null));
            harness.checkpoint(checkpoint("weak", 1, State.READY, 512));
            harness.checkpoint(checkpoint("naive", 1, State.FINISHED, 512));
            harness.block(Choices.block("naive", Phase.HOLDOUT, 0, List.of(row(1, 3, 0))));
            harness.block(Blocks.sweep("naive", 1, 0, 1, List.of("e1"), 1));
            harness.metrics();

            assertEquals(
                    List.of("expected 2 classes, found 0", "expected 2 classes, found 0"),
                    harness.deadLetters());
        }
    }

    @Test
    void truthThatIsNoneOfTheOptionsIsADeadLetterOnceTheyAreKnownAndNeverCounts() {
        try (Harness harness = new Harness(state, 1)) {
            // Given: before the options are known nothing is wrong with it
            Choices.start(harness);
            harness.truth("e1", 1, 1);
            harness.truth("e1", 3, 2);
            harness.truth("e2", 255, 1);
            assertEquals(List.of(), harness.deadLetters());
            // When
            List<Choices.Row> rows = List.of(row(1, 3, 1), row(2, 3, 1));
            harness.block(Choices.block("weak", Phase.HOLDOUT, 2, rows));
            harness.block(Choices.block("naive", Phase.HOLDOUT, 2, rows));
            // Then
            PairMetrics before = harness.metrics("naive", 1, Phase.HOLDOUT);
            assertEquals(1, before.getN());
            assertEquals(1, before.getWithoutTruth());
            // When
            harness.truth("e2", 3, 5);
            harness.truth("e2", 256, 5);
            harness.truth("e2", -2, 5);
            assertEquals(before, harness.metrics("naive", 1, Phase.HOLDOUT));
            harness.truth("e2", 2, 3);
            // Then
            assertEquals(
                    List.of(
                            "option 3 is not in [0, 3)",
                            "option 256 is not in [0, 256)",
                            "option -2 is not in [0, 256)"),
                    harness.deadLetters());
            assertEquals(2, harness.metrics("naive", 1, Phase.HOLDOUT).getN());
        }
    }

    @Test
    void anExampleOnWhoseOptionsModelsDisagreeIsWithoutTruth() {
        try (Harness harness = new Harness(state, 1)) {
            Choices.start(harness);
            harness.truth("e1", 1, 1);

            harness.block(Choices.block("weak", Phase.HOLDOUT, 1, List.of(row(1, 3, 1))));
            harness.block(Choices.block("naive", Phase.HOLDOUT, 1, List.of(row(1, 4, 1))));
            PairMetrics row = harness.metrics("naive", 1, Phase.HOLDOUT);
            assertEquals(0, row.getN());
            assertEquals(1, row.getWithoutTruth());

            // When corrected
            harness.block(
                    Choices.block(
                            "naive", Phase.HOLDOUT, 1, List.of(new Choices.Row("e1", 9, 0, 1, 0))));
            assertEquals(1, harness.metrics("naive", 1, Phase.HOLDOUT).getN());
        }
    }

    @Test
    void aRestartCountsTheSameFromTheStores() {
        Cluster cluster =
                new Cluster(
                        2, new Lateness(List.of(), Duration.ofMillis(10), Duration.ofMillis(100)));
        cluster.spec(Choices.spec("weak", "truth", null));
        cluster.spec(Choices.spec("naive", "weak", null));
        cluster.checkpoint(checkpoint("weak", 1, State.FINISHED, 512));
        cluster.checkpoint(checkpoint("naive", 1, State.FINISHED, 512));
        Random random = new Random(4);
        List<PredictionBlock> blocks = new ArrayList<>();
        for (Phase phase : Phase.values()) {
            for (String model : List.of("weak", "naive")) {
                List<Choices.Row> rows = new ArrayList<>();
                for (int i = 0; i < 40; i++) {
                    int options = i == 7 ? 256 : 2 + i % 5;
                    boolean abstains = i % 9 == 3 && model.equals("weak");
                    float[] p =
                            abstains ? new float[options] : Choices.distribution(random, options);
                    rows.add(new Choices.Row("e" + i, i % 3, p));
                }
                blocks.add(Choices.block(model, phase, phase == Phase.HOLDOUT ? 40 : 0, rows));
            }
        }
        blocks.forEach(cluster::block);
        for (int i = 0; i < 30; i++) {
            cluster.truth("e" + i, i % 2, 5, i % 4 == 0 ? null : "group " + i % 13);
        }
        Map<String, PairMetrics> before = Map.copyOf(cluster.metrics());
        assertEquals(2, before.size());
        // When
        cluster.restart();
        blocks.forEach(cluster::block); // repeated
        // Then
        assertEquals(before, cluster.metrics());
        assertEquals(0, cluster.counter("belay.self.check.failed"));
        PairMetrics sweep = requireNonNull(before.get(Specs.id("naive") + "|1|HOLDOUT|cumulative"));
        assertEquals(27, sweep.getN());
        assertEquals(5, sweep.getAbstained());
        assertTrue(sweep.getGrouped() > 0);
    }

    /** Probability .75 for an option. */
    private static Choices.Row row(int example, int options, int best) {
        float[] p = new float[options];
        p[best] = .75f;
        p[best == 0 ? 1 : 0] = .25f;
        return new Choices.Row("e" + example, 1, p);
    }
}
