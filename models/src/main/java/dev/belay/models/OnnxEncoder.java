package dev.belay.models;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.belay.models.Pretrained.Pooling;
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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A frozen sentence encoder in ONNX Runtime: one vector a text, of length √384 (so that each
 * feature is of order 1).
 *
 * <p>Texts are sorted by length and run in batches of 32, each batch in one thread of a small pool,
 * so that little is computed for padding and results don't hang on the number of threads. A text
 * has the same bits alone and in any batch (tested).
 */
final class OnnxEncoder implements Encoder {
    private static final int BATCH = 32;
    private static final double LENGTH = Math.sqrt(Pretrained.DIMENSIONS);

    private final Pretrained model;
    private final OrtSession session;
    private final HuggingFaceTokenizer tokenizer;
    private final ExecutorService pool;

    /** Loads the model: about a second. */
    OnnxEncoder(Pretrained model, Device device) {
        this.model = model;
        this.session = load(model, device);
        this.tokenizer = tokenizer(model);
        this.pool =
                Executors.newFixedThreadPool(
                        Runtime.getRuntime().availableProcessors(),
                        task -> {
                            Thread thread = new Thread(task, "encoder-" + model.name());
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    @Override
    public String name() {
        return model.name();
    }

    @Override
    public int dimensions() {
        return Pretrained.DIMENSIONS;
    }

    @Override
    public float[][] encode(List<String> texts) {
        if (texts.isEmpty()) return new float[0][];
        Encoding[] tokens = tokenizer.batchEncode(prefixed(texts));
        Integer[] byLength = new Integer[tokens.length];
        Arrays.setAll(byLength, i -> i);
        Arrays.sort(byLength, Comparator.comparingInt(i -> tokens[i].getIds().length));
        float[][] rows = new float[tokens.length][];
        var running = new ArrayList<Future<?>>();
        // longest first, so that no long batch is left for one thread at the end
        for (int to = byLength.length; to > 0; to -= BATCH) {
            Integer[] batch = Arrays.copyOfRange(byLength, Math.max(0, to - BATCH), to);
            running.add(pool.submit(() -> run(tokens, batch, rows)));
        }
        for (Future<?> one : running) await(one);
        return rows;
    }

    @Override
    public void close() {
        pool.shutdownNow();
        tokenizer.close();
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("cannot close encoder " + model.name(), e);
        }
    }

    private List<String> prefixed(List<String> texts) {
        if (model.prefix().isEmpty()) return texts;
        return texts.stream().map(text -> model.prefix() + text).toList();
    }

    private void run(Encoding[] tokens, Integer[] batch, float[][] rows) {
        int width = 0;
        for (int i : batch) width = Math.max(width, tokens[i].getIds().length);
        int size = batch.length * width;
        LongBuffer ids = LongBuffer.allocate(size);
        LongBuffer mask = LongBuffer.allocate(size);
        for (int k = 0; k < batch.length; k++) {
            ids.position(k * width).put(tokens[batch[k]].getIds());
            mask.position(k * width).put(tokens[batch[k]].getAttentionMask());
        }
        // (batch, width), int64; token types are 0 throughout: one segment
        long[] shape = {batch.length, width};
        OrtEnvironment env = OrtEnvironment.getEnvironment();
        try (OnnxTensor idTensor = OnnxTensor.createTensor(env, ids.rewind(), shape);
                OnnxTensor maskTensor = OnnxTensor.createTensor(env, mask.rewind(), shape);
                OnnxTensor types = OnnxTensor.createTensor(env, LongBuffer.allocate(size), shape)) {
            var inputs = new HashMap<String, OnnxTensor>();
            inputs.put("input_ids", idTensor);
            inputs.put("attention_mask", maskTensor);
            if (session.getInputNames().contains("token_type_ids"))
                inputs.put("token_type_ids", types);
            try (OrtSession.Result result = session.run(inputs)) {
                // (batch, width, 384), float32: the last layer's token vectors
                FloatBuffer hidden = ((OnnxTensor) result.get(0)).getFloatBuffer();
                for (int k = 0; k < batch.length; k++)
                    rows[batch[k]] = pool(hidden, k * width, tokens[batch[k]].getAttentionMask());
            }
        } catch (OrtException e) {
            throw new IllegalStateException(
                    "encoder "
                            + model.name()
                            + " failed on a batch of shape "
                            + Arrays.toString(shape),
                    e);
        }
    }

    /** Sentence vector of one row of token vectors that starts at token {@code first}. */
    private float[] pool(FloatBuffer hidden, int first, long[] mask) {
        float[] token = new float[Pretrained.DIMENSIONS];
        double[] sum = new double[Pretrained.DIMENSIONS];
        int counted = model.pooling() == Pooling.CLS ? 1 : mask.length;
        for (int t = 0; t < counted; t++) {
            if (mask[t] == 0) continue;
            hidden.get((first + t) * Pretrained.DIMENSIONS, token);
            for (int d = 0; d < token.length; d++) sum[d] += token[d];
        }
        double squares = 0;
        for (double s : sum) squares += s * s;
        double scale = squares > 0 ? LENGTH / Math.sqrt(squares) : 0; // a mean's 1/n cancels out
        for (int d = 0; d < token.length; d++) token[d] = (float) (sum[d] * scale);
        return token;
    }

    private void await(Future<?> one) {
        try {
            one.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while encoding with " + model.name(), e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("encoder " + model.name() + " failed", e.getCause());
        }
    }

    private static OrtSession load(Pretrained model, Device device) {
        boolean cuda = device.cudaForEncoders();
        try (var options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1); // threads work on batches of their own instead
            options.setInterOpNumThreads(1);
            // batches differ in shape: an arena and patterns for each shape would only grow
            options.setMemoryPatternOptimization(false);
            if (cuda) options.addCUDA(0);
            // by file, not as bytes: that would hold the model three times while it loads
            Path file = Files.createTempFile("belay-" + model.name(), ".onnx");
            try (InputStream in = resource(model.resource() + ".onnx")) {
                Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
                return OrtEnvironment.getEnvironment().createSession(file.toString(), options);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (OrtException e) {
            throw new IllegalStateException("cannot load encoder " + model.name(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack encoder " + model.name(), e);
        }
    }

    private static HuggingFaceTokenizer tokenizer(Pretrained model) {
        Map<String, String> options =
                Map.of(
                        "maxLength", String.valueOf(model.maxTokens()),
                        "truncation", "longest_first",
                        "padding", "do_not_pad");
        try (InputStream in = resource(model.resource() + "-tokenizer.json")) {
            return HuggingFaceTokenizer.newInstance(in, options);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot load the tokenizer of " + model.name(), e);
        }
    }

    private static InputStream resource(String name) {
        InputStream in = OnnxEncoder.class.getResourceAsStream("/" + name);
        if (in == null)
            throw new IllegalStateException(
                    "no " + name + " on the class path: its langchain4j-embeddings jar is missing");
        return in;
    }
}
