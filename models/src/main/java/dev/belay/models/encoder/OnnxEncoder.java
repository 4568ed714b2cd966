package dev.belay.models.encoder;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.belay.models.input.Input;
import dev.belay.models.torch.Device;
import dev.belay.models.transformer.Pretrained;
import dev.belay.models.transformer.Pretrained.Pooling;
import dev.belay.models.transformer.TokenBatch;
import dev.belay.models.transformer.Tokens;
import dev.belay.models.transformer.WordPieceTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;

/**
 * A frozen sentence encoder in ONNX Runtime: one vector per input, of norm √dimensions, so that
 * features are of order 1.
 *
 * <p>The texts of a call are sorted by length, to reduce padding, and run in batches of at most
 * 1,024 tokens, padding included, each in one thread of a small pool. The memory of a batch grows
 * with its tokens, so it is bounded whatever the lengths are. With float32 weights and activations
 * a text has the same bits alone and in any batch (tested), and results do not depend on the number
 * of threads. The scale of 8-bit activations is that of a whole batch: quantised models get one
 * text at a time, so that a text has the same bits in every call on the same kind of processor.
 */
public final class OnnxEncoder implements Encoder {
    /** Tokens of a batch, padding included. */
    private static final int BATCH_TOKENS = 1_024;

    /** A budget that one text fills. */
    private static final int ONE_TEXT = 1;

    private final String name;
    private final int dimensions;
    private final Pooling pooling;
    private final OrtSession session;
    private final WordPieceTokenizer tokens;
    private final int batchTokens;
    private final ExecutorService pool;
    private final LongAdder truncated = new LongAdder();

    /**
     * Loads a pretrained model: about a second.
     *
     * @param maxTokens texts are truncated to this
     */
    public OnnxEncoder(Pretrained model, int maxTokens, Device device) {
        this(
                model.name(),
                Pretrained.DIMENSIONS,
                model.pooling(),
                load(model, device),
                model.tokens(maxTokens),
                model.quantized());
    }

    /**
     * @param session whose first output is the token vectors; closed by this
     * @param tokens closed by this
     * @param quantized whether activations are 8-bit integers
     */
    public OnnxEncoder(
            String name,
            int dimensions,
            Pooling pooling,
            OrtSession session,
            WordPieceTokenizer tokens,
            boolean quantized) {
        this.name = name;
        this.dimensions = dimensions;
        this.pooling = pooling;
        this.session = session;
        this.tokens = tokens;
        this.batchTokens = quantized ? ONE_TEXT : BATCH_TOKENS;
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
    public float[][] encode(List<Input> inputs) {
        return EncodingFutures.await(begin(inputs));
    }

    /** Tokenizes in the calling thread. */
    @Override
    public CompletableFuture<float[][]> begin(List<Input> inputs) {
        try {
            return submit(inputs);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<float[][]> submit(List<Input> inputs) {
        if (inputs.isEmpty()) return CompletableFuture.completedFuture(new float[0][]);
        List<Tokens> ids = tokens.tokens(inputs);
        float[][] rows = new float[ids.size()][];
        var running = new ArrayList<CompletableFuture<?>>();
        // longest first, so that no long batch is left for one thread at the end
        for (int[] batch : TokenBatch.budgeted(ids, batchTokens))
            running.add(CompletableFuture.runAsync(() -> run(ids, batch, rows), pool));
        long cut = ids.stream().filter(Tokens::truncated).count();
        return CompletableFuture.allOf(running.toArray(CompletableFuture<?>[]::new))
                .thenApply(
                        done -> {
                            truncated.add(cut);
                            return rows;
                        });
    }

    @Override
    public long truncated() {
        return truncated.sum();
    }

    @Override
    public void close() {
        pool.shutdownNow();
        tokens.close();
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("cannot close encoder " + name, e);
        }
    }

    /**
     * @param batch indices of texts, a longest one first
     */
    private void run(List<Tokens> texts, int[] batch, float[][] rows) {
        int width = texts.get(batch[0]).length();
        int size = batch.length * width;
        LongBuffer ids = LongBuffer.allocate(size);
        LongBuffer mask = LongBuffer.allocate(size);
        LongBuffer types = LongBuffer.allocate(size); // 0 in the first segment, 1 in the second
        for (int k = 0; k < batch.length; k++) {
            Tokens text = texts.get(batch[k]);
            for (int t = 0; t < text.length(); t++) {
                ids.put(k * width + t, text.ids()[t]);
                mask.put(k * width + t, 1);
                types.put(k * width + t, text.type(t));
            }
        }
        // (batch, width), int64
        long[] shape = {batch.length, width};
        OrtEnvironment env = OrtEnvironment.getEnvironment();
        try (OnnxTensor idTensor = OnnxTensor.createTensor(env, ids, shape);
                OnnxTensor maskTensor = OnnxTensor.createTensor(env, mask, shape);
                OnnxTensor typeTensor = OnnxTensor.createTensor(env, types, shape)) {
            var inputs = new HashMap<String, OnnxTensor>();
            inputs.put("input_ids", idTensor);
            inputs.put("attention_mask", maskTensor);
            if (session.getInputNames().contains("token_type_ids"))
                inputs.put("token_type_ids", typeTensor);
            try (OrtSession.Result result = session.run(inputs)) {
                // (batch, width, dimensions), float32: the last layer's token vectors
                FloatBuffer hidden = ((OnnxTensor) result.get(0)).getFloatBuffer();
                for (int k = 0; k < batch.length; k++)
                    rows[batch[k]] = pool(hidden, k * width, texts.get(batch[k]).length());
            }
        } catch (OrtException e) {
            throw new IllegalStateException(
                    "encoder " + name + " failed on a batch of shape " + Arrays.toString(shape), e);
        }
    }

    /** Sentence vector of one row of token vectors that starts at token {@code first}. */
    private float[] pool(FloatBuffer hidden, int first, int length) {
        float[] token = new float[dimensions];
        double[] sum = new double[dimensions];
        int counted = pooling == Pooling.CLS ? 1 : length;
        for (int t = 0; t < counted; t++) {
            hidden.get((first + t) * dimensions, token);
            for (int d = 0; d < token.length; d++) sum[d] += token[d];
        }
        double squares = 0;
        for (double s : sum) squares += s * s;
        double scale =
                squares > 0
                        ? Math.sqrt(dimensions) / Math.sqrt(squares)
                        : 0; // a mean's 1/n cancels out
        for (int d = 0; d < token.length; d++) token[d] = (float) (sum[d] * scale);
        return token;
    }

    private static OrtSession load(Pretrained model, Device device) {
        try {
            // from a file: loading from bytes takes three times the model's memory
            Path file = Files.createTempFile("belay-" + model.name(), ".onnx");
            try (InputStream in = model.onnx()) {
                Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
                return load(model.name(), file, device);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack encoder " + model.name(), e);
        }
    }

    /** A model from a file. */
    static OrtSession load(String name, Path file, Device device) {
        boolean cuda = device.cudaForEncoders();
        try (var options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1); // parallelism is over batches instead
            options.setInterOpNumThreads(1);
            // batch shapes vary: arena and memory patterns would grow with each new shape
            options.setMemoryPatternOptimization(false);
            if (cuda) options.addCUDA(0);
            return OrtEnvironment.getEnvironment().createSession(file.toString(), options);
        } catch (OrtException e) {
            throw new IllegalStateException("cannot load encoder " + name + " from " + file, e);
        }
    }
}
