package dev.belay.benchmarks.labeler;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * MiniLM by ONNX Runtime alone: tokenizes, sorts by length within windows, runs batches of 32 in as
 * many threads as Belay does, takes the mean of the token vectors. No batch waits for another
 * window's.
 */
final class BareEncoding implements AutoCloseable {
    private static final String MODEL = "/all-minilm-l6-v2";
    private static final int DIMENSIONS = 384;
    private static final int BATCH = 32;

    /** Texts that are sorted by length together: as many as Belay's labelers and evaluators do. */
    static final int WINDOW = 1_024;

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final HuggingFaceTokenizer tokenizer;
    private final ExecutorService pool =
            Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());

    BareEncoding() {
        try (var options = new OrtSession.SessionOptions();
                InputStream model = resource(".onnx");
                InputStream tokens = resource("-tokenizer.json")) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            session = environment.createSession(model.readAllBytes(), options);
            tokenizer =
                    HuggingFaceTokenizer.newInstance(
                            tokens, Map.of("maxLength", "256", "padding", "do_not_pad"));
        } catch (OrtException | IOException e) {
            throw new IllegalStateException("cannot load MiniLM for the bare loop", e);
        }
    }

    /** Mean vectors of the texts, in their order. */
    float[][] encode(List<String> texts) {
        float[][] rows = new float[texts.size()][];
        List<Future<?>> running = new ArrayList<>();
        for (int from = 0; from < texts.size(); from += WINDOW) {
            int first = from;
            List<String> window = texts.subList(from, Math.min(from + WINDOW, texts.size()));
            Encoding[] tokens = tokenizer.batchEncode(window);
            Integer[] byLength = new Integer[tokens.length];
            Arrays.setAll(byLength, i -> i);
            Arrays.sort(byLength, Comparator.comparingInt(i -> tokens[i].getIds().length));
            for (int to = byLength.length; to > 0; to -= BATCH) {
                Integer[] batch = Arrays.copyOfRange(byLength, Math.max(0, to - BATCH), to);
                running.add(pool.submit(() -> run(tokens, batch, rows, first)));
            }
        }
        running.forEach(BareEncoding::await);
        return rows;
    }

    @Override
    public void close() {
        pool.shutdownNow();
        tokenizer.close();
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("cannot close MiniLM", e);
        }
    }

    private void run(Encoding[] tokens, Integer[] batch, float[][] rows, int first) {
        int width = 0;
        for (int i : batch) width = Math.max(width, tokens[i].getIds().length);
        LongBuffer ids = LongBuffer.allocate(batch.length * width);
        LongBuffer mask = LongBuffer.allocate(batch.length * width);
        for (int k = 0; k < batch.length; k++) {
            ids.put(k * width, tokens[batch[k]].getIds());
            mask.put(k * width, tokens[batch[k]].getAttentionMask());
        }
        long[] shape = {batch.length, width};
        LongBuffer types = LongBuffer.allocate(batch.length * width);
        try (OnnxTensor idTensor = OnnxTensor.createTensor(environment, ids, shape);
                OnnxTensor maskTensor = OnnxTensor.createTensor(environment, mask, shape);
                OnnxTensor typeTensor = OnnxTensor.createTensor(environment, types, shape);
                OrtSession.Result result =
                        session.run(
                                Map.of(
                                        "input_ids", idTensor,
                                        "attention_mask", maskTensor,
                                        "token_type_ids", typeTensor))) {
            // (batch, width, 384), float32
            FloatBuffer hidden = ((OnnxTensor) result.get(0)).getFloatBuffer();
            for (int k = 0; k < batch.length; k++)
                rows[first + batch[k]] = mean(hidden, k * width, tokens[batch[k]].getIds().length);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed", e);
        }
    }

    private static float[] mean(FloatBuffer hidden, int first, int tokens) {
        float[] token = new float[DIMENSIONS];
        float[] mean = new float[DIMENSIONS];
        for (int t = 0; t < tokens; t++) {
            hidden.get((first + t) * DIMENSIONS, token);
            for (int d = 0; d < DIMENSIONS; d++) mean[d] += token[d] / tokens;
        }
        return mean;
    }

    private static void await(Future<?> one) {
        try {
            one.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the bare loop failed", e.getCause());
        }
    }

    private static InputStream resource(String ending) {
        return Objects.requireNonNull(BareEncoding.class.getResourceAsStream(MODEL + ending));
    }
}
