package dev.belay.models.encoder;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.belay.models.image.Preprocessing;
import dev.belay.models.input.Input;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A frozen image encoder in ONNX Runtime: one vector per image, of norm √dimensions as those of
 * texts. The vector is the output {@code pooler_output} or {@code image_embeds} or, of models
 * without them, of the first output: (1, width) as it is, (1, tokens, width) its first token, (1,
 * width, height, width) the mean over positions.
 *
 * <p>Each image is decoded and computed alone, in one thread of a small pool, so that its bits
 * depend on it only.
 */
final class OnnxImageEncoder implements Encoder {
    private static final List<String> OUTPUTS = List.of("pooler_output", "image_embeds");

    private final String name;
    private final int dimensions;
    private final Preprocessing preprocessing;
    private final OrtSession session;
    private final String input;
    private final String output;
    private final ExecutorService pool;

    /**
     * @param session closed by this
     * @throws IllegalArgumentException if the model has more than one input
     */
    OnnxImageEncoder(String name, int dimensions, Preprocessing preprocessing, OrtSession session) {
        this.name = name;
        this.dimensions = dimensions;
        this.preprocessing = preprocessing;
        this.session = session;
        Set<String> inputs = session.getInputNames();
        if (inputs.size() != 1)
            throw new IllegalArgumentException(
                    name + ": found a model with the inputs " + inputs + ", expected pixel_values");
        this.input = inputs.iterator().next();
        Set<String> outputs = session.getOutputNames();
        this.output =
                OUTPUTS.stream()
                        .filter(outputs::contains)
                        .findFirst()
                        .orElse(outputs.iterator().next());
        this.pool =
                Executors.newFixedThreadPool(
                        Runtime.getRuntime().availableProcessors(),
                        task -> {
                            Thread thread = new Thread(task, "encoder-" + name);
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public Set<Input.Kind> accepts() {
        return Set.of(Input.Kind.CONTENT);
    }

    @Override
    public float[][] encode(List<Input> inputs) {
        return EncodingFutures.await(begin(inputs));
    }

    @Override
    public CompletableFuture<float[][]> begin(List<Input> inputs) {
        float[][] rows = new float[inputs.size()][];
        CompletableFuture<?>[] running = new CompletableFuture<?>[rows.length];
        for (int i = 0; i < rows.length; i++) {
            int row = i;
            running[i] =
                    CompletableFuture.runAsync(
                            () -> rows[row] = run(preprocessing.apply(inputs.get(row))), pool);
        }
        return CompletableFuture.allOf(running).thenApply(done -> rows);
    }

    @Override
    public void probe() {
        float[] unused = run(new float[preprocessing.floats()]);
    }

    @Override
    public void close() {
        pool.shutdownNow();
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("cannot close encoder " + name, e);
        }
    }

    private float[] run(float[] planes) {
        // (1, 3, height, width), float32
        long[] shape = {1, 3, preprocessing.height(), preprocessing.width()};
        OrtEnvironment env = OrtEnvironment.getEnvironment();
        try (OnnxTensor pixels = OnnxTensor.createTensor(env, FloatBuffer.wrap(planes), shape);
                OrtSession.Result result = session.run(Map.of(input, pixels), Set.of(output))) {
            OnnxTensor found = (OnnxTensor) result.get(0);
            return vector(found.getFloatBuffer(), found.getInfo().getShape());
        } catch (OrtException e) {
            throw new IllegalStateException(
                    "encoder " + name + " failed on an image of shape " + Arrays.toString(shape),
                    e);
        }
    }

    private float[] vector(FloatBuffer values, long[] shape) {
        boolean planes = shape.length == 4; // else the first vector
        int width = (int) (planes ? shape[1] : shape[shape.length - 1]);
        if (shape.length < 2 || shape.length > 4 || width != dimensions)
            throw new IllegalStateException(
                    "%s: output %s has shape %s, expected vectors of width %s as in config.json"
                            .formatted(name, output, Arrays.toString(shape), dimensions));
        int positions = planes ? (int) (shape[2] * shape[3]) : 1;
        double[] sums = new double[width];
        double squares = 0;
        for (int d = 0; d < width; d++) {
            for (int p = 0; p < positions; p++) sums[d] += values.get(d * positions + p);
            squares += sums[d] * sums[d];
        }
        double scale = squares > 0 ? Math.sqrt(width) / Math.sqrt(squares) : 0;
        float[] vector = new float[width];
        for (int d = 0; d < width; d++) vector[d] = (float) (sums[d] * scale);
        return vector;
    }
}
