package dev.belay.benchmarks.labeler;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.belay.models.encoder.EncodingWindows;
import dev.belay.models.input.Input;
import dev.belay.models.transformer.Pretrained;
import dev.belay.models.transformer.TokenBatch;
import dev.belay.models.transformer.Tokens;
import dev.belay.models.transformer.WordPieceTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * MiniLM by ONNX Runtime alone, in as many threads as Belay uses and in the token batches that
 * Belay makes. No batch waits for another window's.
 */
final class BareEncoding implements AutoCloseable {
    /** As {@code OnnxEncoder} has it. */
    private static final int BATCH_TOKENS = 1_024;

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final WordPieceTokenizer tokenizer;
    private final ExecutorService pool =
            Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());

    /**
     * Texts that ONNX Runtime computes in one call.
     *
     * @param texts of the whole window
     * @param places of the batch's texts in it, a longest one first
     * @param first place of the window among all texts
     */
    record Batch(List<Tokens> texts, int[] places, int first) {}

    BareEncoding() {
        Pretrained minilm = Pretrained.ALL.get(0);
        try (var options = new OrtSession.SessionOptions();
                InputStream model = minilm.onnx()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            session = environment.createSession(model.readAllBytes(), options);
            tokenizer = minilm.tokens(minilm.maxTokens());
        } catch (OrtException | IOException e) {
            throw new IllegalStateException("cannot load MiniLM for the bare loop", e);
        }
    }

    /** Mean vectors of the texts, in their order; tokenizes first, window by window. */
    float[][] encode(List<String> texts) {
        float[][] rows = new float[texts.size()][];
        List<Future<?>> running = new ArrayList<>();
        int first = 0;
        for (List<Input> window : EncodingWindows.of(Input.texts(texts))) {
            for (Batch batch : batches(window, first))
                running.add(pool.submit(() -> run(batch, rows)));
            first += window.size();
        }
        running.forEach(BareEncoding::await);
        return rows;
    }

    /** The batches of texts, tokenized. */
    List<Batch> batches(List<String> texts) {
        List<Batch> all = new ArrayList<>();
        int first = 0;
        for (List<Input> window : EncodingWindows.of(Input.texts(texts))) {
            all.addAll(batches(window, first));
            first += window.size();
        }
        return all;
    }

    /** Computes the token vectors of batches, and nothing of them. */
    void run(List<Batch> batches) {
        List<Future<?>> running = new ArrayList<>();
        for (Batch batch : batches) running.add(pool.submit(() -> run(batch, null)));
        running.forEach(BareEncoding::await);
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

    private List<Batch> batches(List<Input> window, int first) {
        List<Tokens> tokens = tokenizer.tokens(window);
        return TokenBatch.budgeted(tokens, BATCH_TOKENS).stream()
                .map(places -> new Batch(tokens, places, first))
                .toList();
    }

    /**
     * @param rows gets the mean vectors; null: they are not asked for
     */
    private void run(Batch batch, float @Nullable [][] rows) {
        int[] places = batch.places();
        int width = batch.texts().get(places[0]).length();
        LongBuffer ids = LongBuffer.allocate(places.length * width);
        LongBuffer mask = LongBuffer.allocate(places.length * width);
        for (int k = 0; k < places.length; k++) {
            int[] text = batch.texts().get(places[k]).ids();
            for (int t = 0; t < text.length; t++) {
                ids.put(k * width + t, text[t]);
                mask.put(k * width + t, 1);
            }
        }
        long[] shape = {places.length, width};
        LongBuffer types = LongBuffer.allocate(places.length * width);
        try (OnnxTensor idTensor = OnnxTensor.createTensor(environment, ids, shape);
                OnnxTensor maskTensor = OnnxTensor.createTensor(environment, mask, shape);
                OnnxTensor typeTensor = OnnxTensor.createTensor(environment, types, shape);
                OrtSession.Result result =
                        session.run(
                                Map.of(
                                        "input_ids", idTensor,
                                        "attention_mask", maskTensor,
                                        "token_type_ids", typeTensor))) {
            if (rows == null) return;
            // (batch, width, 384), float32
            FloatBuffer hidden = ((OnnxTensor) result.get(0)).getFloatBuffer();
            for (int k = 0; k < places.length; k++)
                rows[batch.first() + places[k]] =
                        mean(hidden, k * width, batch.texts().get(places[k]).length());
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed", e);
        }
    }

    private static float[] mean(FloatBuffer hidden, int first, int tokens) {
        int dimensions = Pretrained.DIMENSIONS;
        float[] token = new float[dimensions];
        float[] mean = new float[dimensions];
        for (int t = 0; t < tokens; t++) {
            hidden.get((first + t) * dimensions, token);
            for (int d = 0; d < dimensions; d++) mean[d] += token[d] / tokens;
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
}
