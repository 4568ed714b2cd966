package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Blocks.abstaining;
import static dev.belay.aggregators.topology.Blocks.asLabels;
import static dev.belay.aggregators.topology.Blocks.progressive;
import static dev.belay.aggregators.topology.Blocks.sweep;
import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.id;
import static dev.belay.aggregators.topology.Specs.spec;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.counting.Lateness;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.State;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A labeler that is not a model supervises "strong", whose ceiling is "top". It abstains from e4
 * and e5, is right on e1 and e2 and wrong on e3; the truth of e6 is not known, of all others class
 * 1; the other two are always right.
 */
class AbstainedLabelsTest {
    private static final List<String> IDS = List.of("e1", "e2", "e3", "e4", "e5", "e6");

    @TempDir Path state;

    @Test
    void anAbstentionIsNoPredictionAndIsCountedInAnyOrderOfArrival() {
        Cluster cluster =
                new Cluster(2, new Lateness(List.of(), Duration.ofHours(1), Duration.ofDays(7)));
        cluster.spec(LabelerSpecs.asModel(labeler(0)));
        cluster.spec(spec("strong", "lexicon", "top"));
        cluster.spec(spec("top", "truth", null));
        cluster.checkpoint(checkpoint("strong", 1, State.FINISHED, 6, 0L));
        cluster.checkpoint(checkpoint("top", 1, State.FINISHED, 6));
        IDS.subList(0, 5).forEach(e -> cluster.truth(e, 1, 5));
        List<PredictionBlock> blocks =
                new ArrayList<>(
                        List.of(
                                abstaining(sweep("lexicon", 0, 6, 10, IDS, 1, 1, 0, 0, 0, 1), 3, 4),
                                sweep("strong", 1, 6, 10, IDS, 1, 1, 1, 1, 1, 1),
                                sweep("top", 1, 6, 10, IDS, 1, 1, 1, 1, 1, 1),
                                asLabels(
                                        abstaining(
                                                progressive(
                                                        "lexicon", 0, 10, IDS, 1, 1, 0, 0, 0, 1),
                                                3,
                                                4)),
                                progressive("strong", 0, 10, IDS, 1, 1, 1, 1, 1, 1),
                                progressive("top", 0, 10, IDS, 1, 1, 1, 1, 1, 1)));
        blocks.add(blocks.get(0)); // twice
        blocks.add(blocks.get(3));
        for (int seed = 0; seed < 6; seed++) {
            Collections.shuffle(blocks, new Random(seed));
            blocks.forEach(cluster::block);
            for (Phase phase : Phase.values()) {
                check(row(cluster, phase), 3, 2, 2.0 / 3);
            }
            cluster.restart();
        }
        // When a later prediction replaces an abstention
        cluster.block(sweep("lexicon", 0, 6, 20, List.of("e4"), 1));
        // Then
        check(row(cluster, Phase.HOLDOUT), 4, 1, 3.0 / 4);
        check(row(cluster, Phase.PROGRESSIVE), 3, 2, 2.0 / 3);
        // When a later abstention replaces a prediction
        cluster.block(abstaining(sweep("lexicon", 0, 6, 20, List.of("e1"), 1), 0));
        // Then
        check(row(cluster, Phase.HOLDOUT), 3, 2, 2.0 / 3);
        cluster.restart();
        check(row(cluster, Phase.HOLDOUT), 3, 2, 2.0 / 3);
    }

    @Test
    void aStudentIsComparedWithTheNewestVersionThatItsLabelsName() {
        try (Harness harness = new Harness(state, 1)) {
            // Given: the versions of a labeler, of which the topic keeps the last
            harness.labeler(labeler(1));
            harness.spec(spec("strong", "lexicon", null));
            harness.checkpoint(checkpoint("strong", 1, State.LEARNING, 3, 0L));
            harness.checkpoint(checkpoint("strong", 2, State.FINISHED, 6, 0L, 1L));
            IDS.forEach(e -> harness.truth(e, 1, 5));
            // When
            harness.block(sweep("lexicon", 0, 6, 10, IDS, 1, 0, 0, 0, 0, 0));
            harness.block(abstaining(sweep("lexicon", 1, 6, 10, IDS, 1, 1, 1, 1, 0, 0), 5));
            harness.block(sweep("strong", 1, 6, 10, IDS, 1, 1, 1, 1, 1, 1));
            harness.block(sweep("strong", 2, 6, 10, IDS, 1, 1, 1, 1, 1, 1));
            // Then
            PairMetrics first = requireNonNull(harness.metrics("strong", 1, Phase.HOLDOUT));
            assertEquals(0, first.getSupervisorCheckpoint());
            assertEquals(1.0 / 6, requireNonNull(first.getSupervisorAccuracy()).getValue());
            PairMetrics last = requireNonNull(harness.metrics("strong", 2, Phase.HOLDOUT));
            assertEquals(1, last.getSupervisorCheckpoint());
            assertEquals(5, last.getN());
            assertEquals(1, last.getAbstained());
            assertEquals(4.0 / 5, requireNonNull(last.getSupervisorAccuracy()).getValue());
            assertEquals("no-ceiling", last.getPgrUndefined());
        }
    }

    @Test
    void abstentionsWithProbabilitiesAndRowsOutOfRangeAreDeadLetters() {
        try (Harness harness = new Harness(state, 1)) {
            harness.labeler(labeler(0));
            PredictionBlock block = sweep("lexicon", 0, 6, 10, IDS, 1, 1, 1, 1, 1, 1);
            harness.block(PredictionBlock.newBuilder(block).setAbstained(List.of(2)).build());
            harness.block(PredictionBlock.newBuilder(block).setAbstained(List.of(6)).build());
            harness.block(PredictionBlock.newBuilder(block).setAbstained(List.of(1, 1)).build());
            List<String> reasons = harness.deadLetters();
            assertEquals(3, reasons.size());
            assertTrue(
                    reasons.get(0).contains("an abstention with probabilities"), reasons::toString);
            assertTrue(reasons.get(1).contains("ascend from 0 to 5, found [6]"), reasons::toString);
            assertTrue(reasons.get(2).contains("found [1, 1]"), reasons::toString);
        }
    }

    private static void check(PairMetrics row, long n, long abstained, double accuracy) {
        assertEquals(n, row.getN());
        assertEquals(abstained, row.getAbstained());
        assertEquals(1, row.getWithoutTruth());
        assertEquals(accuracy, requireNonNull(row.getSupervisorAccuracy()).getValue());
        assertNull(row.getPgr(), "of so few examples");
    }

    private static PairMetrics row(Cluster cluster, Phase phase) {
        return cluster.metrics().values().stream()
                .filter(m -> m.getStudent().equals(id("strong")) && m.getPhase() == phase)
                .max((a, b) -> Long.compare(a.getCheckpoint(), b.getCheckpoint()))
                .orElseThrow();
    }

    private static LabelerSpec labeler(long version) {
        return LabelerSpec.newBuilder()
                .setId(id("lexicon"))
                .setVersion(version)
                .setTask(Specs.TASK)
                .setClasses(List.of("a", "b"))
                .setPartitions(1)
                .setMethod(Method.newBuilder().setName("rules").build())
                .setSpecHash("hash")
                .setEventTimeMs(version)
                .build();
    }
}
