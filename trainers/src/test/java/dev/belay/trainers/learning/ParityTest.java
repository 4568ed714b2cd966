package dev.belay.trainers.learning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.encoder.Encoder;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.network.Head;
import dev.belay.models.network.Networks;
import dev.belay.models.torch.Device;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.trainers.Specs;
import dev.belay.trainers.labels.LabelledExample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A streamed student is as good as one trained by {@link BatchLoop} from the same initial weights
 * with the same features, labels and number of steps: mean difference of their accuracies on the
 * holdout over seeds. Where the data are at hand.
 */
class ParityTest {
    private static final int SUPERVISOR_EXAMPLES = 500;

    /** A way to train. */
    private record Arm(String name, double alpha, String warmUp) {
        Method loss() {
            return alpha == 0
                    ? new Method("cross-entropy", Map.of())
                    : new Method(
                            "confidence",
                            Map.of("alpha", String.valueOf(alpha), "warm-up", warmUp));
        }
    }

    private static final List<Arm> ARMS =
            List.of(
                    new Arm("naive", 0, "evidence"),
                    new Arm("alpha .5", 0.5, "evidence"),
                    new Arm("alpha .75", 0.75, "evidence"));

    /** Not required: they have seen fewer distinct examples when their warm-up is complete. */
    private static final List<Arm> BURNS =
            List.of(
                    new Arm("alpha .5, Burns", 0.5, "0.2"),
                    new Arm("alpha .75, Burns", 0.75, "0.2"));

    @Test
    void streamIsAboutAsGoodAsABatchLoop() throws IOException {
        Comparison comparison = new Comparison("subj", 3, 768, 500);
        for (Arm arm : ARMS) {
            Difference found = comparison.of(arm);
            assertEquals(0, found.mean, 0.04, arm + ": " + found);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sst2", "subj", "mr", "mpqa", "ag_news", "tweet_irony"})
    @EnabledIfSystemProperty(named = "belay.parity", matches = "true")
    void streamIsAsGoodAsABatchLoopWithin15Thousandths(String set) throws IOException {
        int seeds = Integer.getInteger("belay.seeds", 20);
        Comparison comparison = new Comparison(set, seeds, Integer.MAX_VALUE, Integer.MAX_VALUE);
        List<String> failed = new ArrayList<>();
        for (Arm arm : ARMS) {
            Difference found = comparison.of(arm);
            // the one that does not hold, see docs/methods.md: the stream is better by up to .016
            boolean better = set.equals("tweet_irony") && arm.alpha == 0.75;
            double distance = better ? -found.mean : Math.abs(found.mean);
            if (distance + found.half > 0.015) failed.add(arm.name + ": " + found);
        }
        for (Arm arm : BURNS) comparison.of(arm);
        assertTrue(failed.isEmpty(), set + ": " + failed);
    }

    /**
     * Stream minus batch.
     *
     * @param half half the width of the 90 % interval
     */
    private record Difference(double mean, double half) {
        static Difference of(double[] values) {
            double mean = Arrays.stream(values).average().orElseThrow();
            double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
            int degrees = values.length - 1;
            // Student's t, one-sided 5 %
            double t = degrees == 2 ? 2.920 : degrees == 4 ? 2.132 : degrees == 9 ? 1.833 : 1.729;
            return new Difference(mean, t * Math.sqrt(squares / degrees / values.length));
        }
    }

    /** A set with its features and the labels of its supervisors. */
    private static final class Comparison {
        private final String name;
        private final TextSet set;
        private final List<LabelledExample> holdout;
        private final Encoder encoder;
        private final float[][] unseen; // (holdout, features)
        private final List<List<LabelledExample>> weak = // (seeds, examples)
                new ArrayList<>();

        /**
         * @param most examples of the student split
         * @param mostUnseen examples of the holdout
         */
        Comparison(String name, int seeds, int most, int mostUnseen) throws IOException {
            assumeTrue(Files.exists(TextSet.file(name)), "no " + TextSet.file(name));
            this.name = name;
            this.set = TextSet.read(name);
            Path cache = Path.of(System.getProperty("belay.cache", "target/encodings"));
            this.encoder = Encoders.open("minilm", Device.CPU, cache);
            Encoder words = Encoders.open("hashing", Device.CPU, cache);
            this.holdout =
                    TextSet.draw(set.holdout(), Math.min(mostUnseen, set.holdout().size()), 2);
            this.unseen = encode(holdout);
            List<LabelledExample> student =
                    TextSet.draw(set.student(), Math.min(most, set.student().size()), 1);
            for (long seed = 0; seed < seeds; seed++) {
                List<LabelledExample> drawn =
                        TextSet.draw(set.supervisor(), SUPERVISOR_EXAMPLES, seed);
                List<LabelledExample> order = TextSet.draw(student, student.size(), 1000 + seed);
                ModelSpec spec = spec("hashing", ARMS.get(0), drawn.size(), seed);
                float[][] labels = train(spec, words, drawn, order).predictions;
                var labelled = new ArrayList<LabelledExample>();
                for (int i = 0; i < labels.length; i++)
                    labelled.add(
                            new LabelledExample(
                                    order.get(i).id(), order.get(i).input(), 0, labels[i]));
                weak.add(labelled);
            }
        }

        /** Of seed s: the supervisor, what it saw, and the order of the stream. */
        Difference of(Arm arm) {
            int seeds = weak.size();
            double[] streamed = new double[seeds];
            double[] batch = new double[seeds];
            for (int seed = 0; seed < seeds; seed++) {
                List<LabelledExample> examples = weak.get(seed);
                ModelSpec spec = spec("minilm", arm, examples.size(), seed);
                Trained stream = train(spec, encoder, examples, holdout);
                streamed[seed] = TextSet.accuracy(stream.predictions, holdout);
                float[][] labels =
                        examples.stream()
                                .map(LabelledExample::probabilities)
                                .toArray(float[][]::new);
                batch[seed] =
                        TextSet.accuracy(
                                BatchLoop.predict(
                                        stream.matrix,
                                        stream.bias,
                                        encode(examples),
                                        labels,
                                        unseen,
                                        stream.steps,
                                        arm.alpha,
                                        seed),
                                holdout);
            }
            double[] differences = new double[seeds];
            for (int i = 0; i < seeds; i++) differences[i] = streamed[i] - batch[i];
            Difference found = Difference.of(differences);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %s | %.3f | %.3f | %+.4f | %+.4f to %+.4f |%n",
                    name,
                    arm.name,
                    Arrays.stream(streamed).average().orElseThrow(),
                    Arrays.stream(batch).average().orElseThrow(),
                    found.mean,
                    found.mean - found.half,
                    found.mean + found.half);
            return found;
        }

        private ModelSpec spec(String encoderName, Arm arm, int budget, long seed) {
            Method loss = arm.loss();
            return ModelSpec.newBuilder(
                            Specs.of(
                                    encoderName,
                                    Specs.LINEAR,
                                    Specs.CROSS_ENTROPY,
                                    set.classes(),
                                    budget,
                                    seed))
                    .setLossMethod(loss)
                    .build();
        }

        private float[][] encode(List<LabelledExample> examples) {
            return encoder.encode(examples.stream().map(LabelledExample::input).toList());
        }
    }

    /**
     * @param matrix of the head before the first step, (classes, features)
     * @param bias likewise, (classes)
     * @param steps of the optimizer
     * @param predictions of the examples asked for, (examples, classes)
     */
    private record Trained(float[] matrix, float[] bias, int steps, float[][] predictions) {}

    private static Trained train(
            ModelSpec spec,
            Encoder encoder,
            List<LabelledExample> stream,
            List<LabelledExample> asked) {
        int steps = 0;
        try (Learner<?> learner = Learner.fresh(spec, new Networks(ref -> encoder, Device.CPU))) {
            SafeTensors start = SafeTensors.read(learner.weights());
            for (int from = 0; from < stream.size(); from += spec.getMicroEpoch()) {
                int to = Math.min(from + spec.getMicroEpoch(), stream.size());
                steps += learner.run(stream.subList(from, to)).steps();
            }
            float[][] predictions = new float[asked.size()][];
            try (Head head = Head.read(learner.weights(), Device.CPU)) {
                for (int from = 0; from < predictions.length; from += 256) {
                    var block = asked.subList(from, Math.min(from + 256, predictions.length));
                    float[][] rows =
                            head.predict(
                                    encoder.encode(
                                            block.stream().map(LabelledExample::input).toList()));
                    System.arraycopy(rows, 0, predictions, from, rows.length);
                }
            }
            return new Trained(
                    start.tensor("output.weight").floats(),
                    start.tensor("output.bias").floats(),
                    steps,
                    predictions);
        }
    }
}
