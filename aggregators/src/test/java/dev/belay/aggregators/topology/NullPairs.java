package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.id;
import static java.util.Objects.requireNonNull;

import dev.belay.aggregators.counting.Lateness;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.State;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Pairs whose student is no better than its supervisor: each model predicts each example right with
 * probability .7, independently. All weights are written before the first prediction.
 */
final class NullPairs {
    final Cluster cluster =
            new Cluster(1, new Lateness(List.of(), Duration.ofHours(1), Duration.ofDays(7)));
    final int pairs;
    final List<String> ids;
    private final SplittableRandom random = new SplittableRandom(17);

    /**
     * @param encoder of the students
     * @param evaluateEvery of the students
     * @param checkpoints of each student, the last FINISHED
     * @param supervisorRows what the supervisors say of the size of their sweeps
     */
    NullPairs(
            int pairs,
            int examples,
            String encoder,
            int evaluateEvery,
            List<Long> checkpoints,
            long supervisorRows) {
        this.pairs = pairs;
        ids = IntStream.range(0, examples).mapToObj(i -> "e" + i).toList();
        ids.forEach(e -> cluster.truth(e, 0, 1));
        for (int p = 0; p < pairs; p++) {
            cluster.spec(Specs.spec("weak" + p, "truth", null));
            ModelSpec student =
                    Specs.spec("naive" + p, "weak" + p, null, encoder, LabelPolicy.FIRST_READY);
            cluster.spec(ModelSpec.newBuilder(student).setEvaluateEvery(evaluateEvery).build());
            cluster.checkpoint(checkpoint("weak" + p, 1, State.FINISHED, 500));
            for (long number : checkpoints) {
                boolean last = number == checkpoints.get(checkpoints.size() - 1);
                cluster.checkpoint(
                        checkpoint(
                                "naive" + p,
                                number,
                                last ? State.FINISHED : State.LEARNING,
                                256 * number));
            }
            cluster.block(Blocks.sweep("weak" + p, 1, supervisorRows, 10, ids, predict(examples)));
        }
    }

    /** The student of every pair predicts some examples. */
    void predict(long checkpoint, long sweepRows, List<String> some) {
        for (int p = 0; p < pairs; p++) {
            predict(p, checkpoint, sweepRows, some);
        }
    }

    void predict(int pair, long checkpoint, long sweepRows, List<String> some) {
        cluster.block(
                Blocks.sweep(
                        "naive" + pair, checkpoint, sweepRows, 10, some, predict(some.size())));
    }

    /** Classes for so many examples, whose truth is 0. */
    int[] predict(int examples) {
        return IntStream.generate(() -> random.nextDouble() < 0.7 ? 0 : 1)
                .limit(examples)
                .toArray();
    }

    PairMetrics row(int pair, long checkpoint) {
        String key = id("naive" + pair) + "|" + checkpoint + "|HOLDOUT|cumulative";
        return requireNonNull(cluster.newest().get(key), key);
    }
}
