package dev.belay.trainers.learning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.belay.models.encoder.Encoder;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.encoder.OnnxEncoder;
import dev.belay.models.input.Input;
import dev.belay.models.network.Head;
import dev.belay.models.network.Networks;
import dev.belay.models.torch.Device;
import dev.belay.models.transformer.Pretrained;
import dev.belay.schemas.events.Loss;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** On real text, where the data are at hand. */
class Sst2Test {
    @BeforeEach
    void dataAreThere() {
        assumeTrue(Files.exists(TextSet.file("sst2")), "no " + TextSet.file("sst2"));
    }

    @Test
    void hashingStreamMeetsBatchLogisticRegression() throws IOException {
        // Given
        TextSet data = TextSet.read("sst2");
        Encoder words = Encoders.open("hashing", Device.CPU, Path.of("unused"));
        for (int n : new int[] {200, 1500}) {
            List<LabelledExample> drawn = TextSet.draw(data.supervisor(), n, 0);
            // When
            double streamed = accuracy(words, Specs.CROSS_ENTROPY, drawn, data.holdout(), 0);
            double batch = LogisticRegression.accuracy(words, drawn, data.holdout(), 10);
            // Then
            System.out.printf(Locale.ROOT, "n %d: stream %.3f, batch %.3f%n", n, streamed, batch);
            assertEquals(batch, streamed, 0.015, "on " + n);
        }
    }

    /** Encodes all of it once: 3 minutes, then seconds. */
    @Test
    @EnabledIfSystemProperty(named = "belay.long", matches = "true")
    void confidenceRecoversMostOfTheGapThatNaiveTrainingLeaves() throws IOException {
        // Given
        TextSet data = TextSet.read("sst2");
        String name = System.getProperty("belay.encoder", "bge");
        int examples = Integer.getInteger("belay.examples", 200);
        Path cache = Path.of(System.getProperty("belay.cache", "target/encodings"));
        Encoder words = Encoders.open("hashing", Device.CPU, cache);
        Encoder encoder = Encoders.open(name, Device.CPU, cache);
        var naive = new ArrayList<Double>();
        var half = new ArrayList<Double>();
        var confident = new ArrayList<Double>();
        double lowestCeiling = 1;
        // When
        for (long seed = 0; seed < Integer.getInteger("belay.seeds", 3); seed++) {
            List<LabelledExample> order = TextSet.draw(data.student(), data.student().size(), 1);
            List<LabelledExample> drawn = TextSet.draw(data.supervisor(), examples, seed);
            List<LabelledExample> weak = new ArrayList<>();
            double supervisor;
            try (Learner<?> learner = stream(words, Specs.CROSS_ENTROPY, drawn, seed);
                    Head head = Head.read(learner.weights(), Device.CPU)) {
                supervisor = accuracy(head, words, data.holdout());
                float[][] labels = predictions(head, words, order);
                for (int i = 0; i < labels.length; i++)
                    weak.add(
                            new LabelledExample(
                                    order.get(i).id(), order.get(i).input(), 0, labels[i]));
            }
            double ceiling = accuracy(encoder, Specs.CROSS_ENTROPY, order, data.holdout(), seed);
            double plain = accuracy(encoder, Specs.CROSS_ENTROPY, weak, data.holdout(), seed);
            double medium = accuracy(encoder, Specs.confidence(0.5), weak, data.holdout(), seed);
            double strong = accuracy(encoder, Specs.confidence(0.75), weak, data.holdout(), seed);
            naive.add((plain - supervisor) / (ceiling - supervisor));
            half.add((medium - supervisor) / (ceiling - supervisor));
            confident.add((strong - supervisor) / (ceiling - supervisor));
            lowestCeiling = Math.min(lowestCeiling, ceiling);
            System.out.printf(
                    Locale.ROOT,
                    "seed %d: supervisor %.3f, naive %.3f, .5 %.3f, .75 %.3f, ceiling %.3f%n",
                    seed,
                    supervisor,
                    plain,
                    medium,
                    strong,
                    ceiling);
        }
        // Then
        System.out.printf(
                Locale.ROOT,
                "median PGR: naive %.2f, .5 %.2f, .75 %.2f%n",
                median(naive),
                median(half),
                median(confident));
        if (!name.equals("bge") || examples != 200) return;
        assertTrue(median(confident) >= 0.65, "confidence " + confident);
        assertTrue(median(confident) >= median(naive) + 0.40, confident + " against " + naive);
        assertTrue(median(naive) <= 0.45, "naive " + naive);
        assertTrue(lowestCeiling >= 0.87, "ceiling " + lowestCeiling);
    }

    /** Speeds in turns on the same texts, without caches; heads on all student rows' truth. */
    @Test
    @EnabledIfSystemProperty(named = "belay.long", matches = "true")
    void quantisedEncodersAreFasterAndHeadsOnThemNearlyAsGood() throws IOException {
        TextSet data = TextSet.read("sst2");
        List<LabelledExample> order = TextSet.draw(data.student(), data.student().size(), 1);
        for (String name : new String[] {"minilm", "bge"}) {
            // When
            double faster = faster(name + "-int8", name, order.subList(0, 1_024));
            double exact = ceiling(name, order, data.holdout());
            double quantised = ceiling(name + "-int8", order, data.holdout());
            // Then
            System.out.printf(
                    Locale.ROOT,
                    "%s: int8 %.2f x as fast; accuracy %.3f, int8 %.3f%n",
                    name,
                    faster,
                    exact,
                    quantised);
            assertTrue(faster > 1.2, name + "-int8 is " + faster + " times as fast");
            assertEquals(exact, quantised, 0.02, name);
        }
    }

    /** Median of the ratios of speeds over five rounds. */
    private static double faster(String name, String than, List<LabelledExample> examples) {
        List<Input> inputs = examples.stream().map(LabelledExample::input).toList();
        try (var one = onnx(name);
                var other = onnx(than)) {
            one.probe();
            other.probe();
            var ratios = new ArrayList<Double>();
            for (int round = 0; round < 5; round++) {
                boolean first = round % 2 == 0;
                long a = nanos(first ? one : other, inputs);
                long b = nanos(first ? other : one, inputs);
                ratios.add(first ? (double) b / a : (double) a / b);
            }
            return median(ratios);
        }
    }

    private static long nanos(Encoder encoder, List<Input> inputs) {
        long begin = System.nanoTime();
        float[][] unused = encoder.encode(inputs);
        return System.nanoTime() - begin;
    }

    private static OnnxEncoder onnx(String name) {
        for (Pretrained model : Pretrained.ALL)
            if (model.name().equals(name))
                return new OnnxEncoder(model, model.maxTokens(), Device.CPU);
        throw new AssertionError(name);
    }

    /** Mean over three seeds. */
    private static double ceiling(
            String name, List<LabelledExample> order, List<LabelledExample> holdout) {
        Path cache = Path.of(System.getProperty("belay.cache", "target/encodings"));
        Encoder encoder = Encoders.open(name, Device.CPU, cache);
        double sum = 0;
        for (long seed = 0; seed < 3; seed++)
            sum += accuracy(encoder, Specs.CROSS_ENTROPY, order, holdout, seed);
        return sum / 3;
    }

    private static double accuracy(
            Encoder encoder,
            Loss loss,
            List<LabelledExample> stream,
            List<LabelledExample> holdout,
            long seed) {
        try (Learner<?> learner = stream(encoder, loss, stream, seed);
                Head head = Head.read(learner.weights(), Device.CPU)) {
            return accuracy(head, encoder, holdout);
        }
    }

    private static Learner<?> stream(
            Encoder encoder, Loss loss, List<LabelledExample> stream, long seed) {
        ModelSpec spec = Specs.of(encoder.name(), Specs.LINEAR, loss, 2, stream.size(), seed);
        Learner<?> learner = Learner.fresh(spec, new Networks(ref -> encoder, Device.CPU));
        for (int from = 0; from < stream.size(); from += spec.getMicroEpoch())
            learner.run(stream.subList(from, Math.min(from + spec.getMicroEpoch(), stream.size())));
        return learner;
    }

    private static double accuracy(Head head, Encoder encoder, List<LabelledExample> examples) {
        return TextSet.accuracy(predictions(head, encoder, examples), examples);
    }

    private static float[][] predictions(
            Head head, Encoder encoder, List<LabelledExample> examples) {
        float[][] predictions = new float[examples.size()][];
        for (int from = 0; from < predictions.length; from += 256) {
            var block = examples.subList(from, Math.min(from + 256, predictions.length));
            float[][] rows =
                    head.predict(
                            encoder.encode(block.stream().map(LabelledExample::input).toList()));
            System.arraycopy(rows, 0, predictions, from, rows.length);
        }
        return predictions;
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(v -> v).sorted().toArray();
        return Arrays.stream(sorted).skip((sorted.length - 1) / 2).findFirst().orElseThrow();
    }
}
