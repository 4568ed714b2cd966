package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Blocks.asLabels;
import static dev.belay.aggregators.topology.Blocks.progressive;
import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.id;
import static dev.belay.aggregators.topology.Specs.spec;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.aggregators.counting.Lateness;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A model that is student and supervisor predicts each example twice, with the same event time: as
 * trainer before it learns, and as labeler. As supervisor its label counts, as student what it
 * predicted before it learned. Truth is class 1; the trainer is right on e1 only, the labels are
 * right on all but e4.
 */
class BootstrappedLabelsTest {
    private static final List<String> IDS = List.of("e1", "e2", "e3", "e4");

    private final Cluster cluster =
            new Cluster(2, new Lateness(List.of(), Duration.ofHours(1), Duration.ofDays(7)));

    @BeforeEach
    void chain() {
        cluster.spec(spec("weak", "truth", null));
        cluster.spec(spec("naive", "weak", null));
        cluster.spec(spec("boot", "naive", null));
        cluster.checkpoint(checkpoint("weak", 1, State.FINISHED, 500));
        IDS.forEach(e -> cluster.truth(e, 1, 5));
        cluster.block(progressive("weak", 1, 10, IDS, 0, 0, 0, 0));
        cluster.block(progressive("boot", 0, 10, IDS, 0, 0, 0, 0));
    }

    /** A writer that does not say what is a label: it labels once it has learned. */
    @Test
    void theLabelIsThePredictionOfTheGreatestCheckpoint() {
        check(labels(3), trainer(0));
    }

    /** Its tie was broken by bytes, so that the greater probability of class 0 won. */
    @Test
    void theLabelIsWhatTheLabelerGave() {
        check(asLabels(labels(3)), trainer(0));
    }

    /** It labels by checkpoint 1, and goes on to learn. */
    @Test
    void aModelThatGoesOnToLearnHasLabelledByAnEarlierCheckpoint() {
        check(asLabels(labels(1)), trainer(7));
        check(asLabels(labels(2)), trainer(2));
    }

    private void check(PredictionBlock labels, PredictionBlock trainer) {
        List<PredictionBlock> blocks = new ArrayList<>(List.of(labels, trainer, labels, trainer));
        for (int seed = 0; seed < 6; seed++) {
            Collections.shuffle(blocks, new Random(seed));
            for (PredictionBlock block : blocks) {
                cluster.block(block);
            }
            // Then as supervisor
            PairMetrics boot = stream("boot");
            assertEquals(3.0 / 4, requireNonNull(boot.getSupervisorAccuracy()).getValue());
            assertEquals(0, boot.getRevised());
            // And as student
            PairMetrics naive = stream("naive");
            assertEquals(1.0 / 4, requireNonNull(naive.getStudentAccuracy()).getValue());
            cluster.restart();
        }
    }

    private static PredictionBlock labels(long checkpoint) {
        return progressive("naive", checkpoint, 10, IDS, 1, 1, 1, 0);
    }

    private static PredictionBlock trainer(long checkpoint) {
        return progressive("naive", checkpoint, 10, IDS, 1, 0, 0, 0);
    }

    private PairMetrics stream(String student) {
        return cluster.metrics().values().stream()
                .filter(m -> m.getStudent().equals(id(student)))
                .filter(m -> m.getPhase() == Phase.PROGRESSIVE)
                .max((a, b) -> Long.compare(a.getCheckpoint(), b.getCheckpoint()))
                .orElseThrow();
    }
}
