package dev.belay.benchmarks.trainer;

import dev.belay.models.encoder.Encoder;
import dev.belay.models.encoder.EncoderRef;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.input.Input;
import dev.belay.models.torch.Device;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.ModelSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The loop beside a grid: encodes every input once with each encoder, then trains the heads of all
 * models one after the other in DJL alone. It predicts, saves and sends nothing.
 */
public final class GridLoop {
    private GridLoop() {}

    /**
     * Returns the seconds that it takes.
     *
     * @param specs models of two classes with frozen encoders of 384 features and one pass
     * @param student inputs that they learn from, at most their budget of them
     * @param labels of these, a distribution each
     * @param holdout inputs that are encoded only
     * @param cache an empty folder
     * @param progress gets a line for each encoder, and one at the end
     */
    public static double seconds(
            List<ModelSpec> specs,
            List<Input> student,
            List<float[]> labels,
            List<Input> holdout,
            Path cache,
            Consumer<String> progress) {
        Map<EncoderRef, List<ModelSpec>> byEncoder = new LinkedHashMap<>();
        specs.forEach(
                spec ->
                        byEncoder
                                .computeIfAbsent(EncoderRef.of(spec), e -> new ArrayList<>())
                                .add(spec));
        long begin = System.nanoTime();
        double training = 0;
        for (var entry : byEncoder.entrySet()) {
            Encoder encoder = Encoders.open(entry.getKey(), Device.CPU, cache, cache);
            List<float[]> features = Arrays.asList(encoder.encode(student));
            float[][] unused = encoder.encode(holdout);
            long encoded = System.nanoTime();
            for (ModelSpec spec : entry.getValue()) train(spec, features, labels);
            training += (System.nanoTime() - encoded) / 1e9;
            progress.accept("  " + entry.getKey().name() + " " + (System.nanoTime() - begin) / 1e9);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        progress.accept("  of %.1f s, %.1f s for heads".formatted(seconds, training));
        return seconds;
    }

    private static void train(ModelSpec spec, List<float[]> features, List<float[]> labels) {
        int n = (int) Math.min(spec.getBudget(), features.size());
        int hidden = spec.getHead().getKind() == HeadKind.MLP ? spec.getHead().getHidden() : 0;
        double loss =
                new BareTraining(
                                features.subList(0, n),
                                labels.subList(0, n),
                                spec.getMicroEpoch(),
                                spec.getReplayMemory(),
                                hidden)
                        .run(spec.getSeed());
        if (!(loss < Math.log(2)))
            throw new IllegalStateException(
                    "the loop's loss for "
                            + spec.getId()
                            + " is "
                            + loss
                            + ", so it did not learn");
    }
}
