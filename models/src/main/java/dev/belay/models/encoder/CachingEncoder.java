package dev.belay.models.encoder;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Encodes each text once: first the rows in memory, then the file, then the encoder behind, which
 * is loaded when first needed. A text that one thread is encoding is awaited by the others, not
 * encoded again.
 */
public final class CachingEncoder implements Encoder {
    /** Texts handed to the encoder and written to disk at a time. */
    private static final int CHUNK = 1_024;

    /**
     * Work so far.
     *
     * @param hits texts whose row was known
     * @param encoded texts that had to be encoded
     */
    public record Counts(String encoder, long hits, long encoded) {}

    private final String name;
    private final int dimensions;
    private final Supplier<Encoder> loader;
    private final VectorFile disk;
    private final Map<TextKey, float[]> memory;
    private final Map<TextKey, CompletableFuture<float[]>> inWork = new ConcurrentHashMap<>();
    private final LongAdder hits = new LongAdder();
    private final LongAdder encoded = new LongAdder();
    private @Nullable Encoder loaded;

    /**
     * @param loader makes the encoder behind; called once, by the first text that is not known
     * @param rowsInMemory most rows kept in memory; the least recently used go first
     */
    CachingEncoder(
            String name,
            int dimensions,
            Supplier<Encoder> loader,
            VectorFile disk,
            int rowsInMemory) {
        this.name = name;
        this.dimensions = dimensions;
        this.loader = loader;
        this.disk = disk;
        this.memory =
                new LinkedHashMap<>(16, 0.75f, true) {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<TextKey, float[]> eldest) {
                        return size() > rowsInMemory;
                    }
                };
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    /** Texts found and texts encoded since this process began; rises while a call is running. */
    public Counts counts() {
        return new Counts(name, hits.sum(), encoded.sum());
    }

    @Override
    public float[][] encode(List<String> texts) {
        return EncodingFutures.await(begin(texts));
    }

    /** Whoever asks for one of the texts from now on waits for this call's row. */
    @Override
    public CompletableFuture<float[][]> begin(List<String> texts) {
        var rows = new ArrayList<CompletableFuture<float[]>>(texts.size());
        var mine = new LinkedHashMap<TextKey, String>();
        try {
            for (String text : texts) rows.add(row(text, mine));
        } catch (RuntimeException e) {
            fail(mine.keySet(), e);
            return CompletableFuture.failedFuture(e);
        }
        beginAll(mine);
        return CompletableFuture.allOf(rows.toArray(CompletableFuture<?>[]::new))
                .thenApply(
                        all -> rows.stream().map(CompletableFuture::join).toArray(float[][]::new));
    }

    @Override
    public void probe() {
        behind().probe();
    }

    /** Does nothing: it is shared by the whole process. */
    @Override
    public void close() {}

    /**
     * The row, or the promise of it.
     *
     * @param mine gets the text if nobody else has promised it
     */
    private CompletableFuture<float[]> row(String text, Map<TextKey, String> mine) {
        TextKey key = TextKey.of(text);
        float[] known = find(key);
        if (known == null) {
            var promise = new CompletableFuture<float[]>();
            var other = inWork.putIfAbsent(key, promise);
            if (other == null) {
                mine.put(key, text);
                return promise;
            }
            hits.increment();
            return other;
        }
        hits.increment();
        return CompletableFuture.completedFuture(known);
    }

    private float @Nullable [] find(TextKey key) {
        float[] row = remembered(key);
        if (row != null) return row;
        row = disk.get(key);
        if (row != null) remember(key, row);
        return row;
    }

    /** Every promise made is kept or broken, before this returns or by the encoder's threads. */
    private void beginAll(Map<TextKey, String> mine) {
        var keys = new ArrayList<>(mine.keySet());
        for (int from = 0; from < keys.size(); from += CHUNK) {
            List<TextKey> chunk = keys.subList(from, Math.min(from + CHUNK, keys.size()));
            CompletableFuture<?> unused =
                    beginChunk(chunk, mine)
                            .whenComplete(
                                    (done, failure) -> {
                                        if (failure != null)
                                            fail(chunk, EncodingFutures.cause(failure));
                                    });
        }
    }

    private CompletableFuture<?> beginChunk(List<TextKey> keys, Map<TextKey, String> texts) {
        try {
            // another thread may have finished a text between the look-up and the promise
            var missing = new ArrayList<TextKey>();
            for (TextKey key : keys) {
                float[] row = find(key);
                if (row == null) missing.add(key);
                else keep(key, row);
            }
            if (missing.isEmpty()) return CompletableFuture.completedFuture(null);
            return encode(behind(), missing, texts);
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Encodes and keeps texts. A batch that fails is encoded in halves, so that a promise that
     * several threads wait for is broken by its own text only.
     */
    private CompletableFuture<?> encode(
            Encoder encoder, List<TextKey> keys, Map<TextKey, String> texts) {
        return encoder.begin(keys.stream().map(texts::get).toList())
                .thenAccept(rows -> store(keys, rows))
                .exceptionallyCompose(failure -> encodeHalves(encoder, keys, texts, failure));
    }

    private CompletableFuture<Void> encodeHalves(
            Encoder encoder, List<TextKey> keys, Map<TextKey, String> texts, Throwable failure) {
        Throwable cause = EncodingFutures.cause(failure);
        if (keys.size() == 1 || !FailingTexts.mayBeOfText(cause))
            return CompletableFuture.failedFuture(cause);
        int middle = keys.size() / 2;
        return CompletableFuture.allOf(
                encode(encoder, keys.subList(0, middle), texts),
                encode(encoder, keys.subList(middle, keys.size()), texts));
    }

    private void store(List<TextKey> keys, float[][] rows) {
        disk.add(keys, List.of(rows));
        for (int i = 0; i < rows.length; i++) {
            remember(keys.get(i), rows[i]);
            keep(keys.get(i), rows[i]);
        }
        encoded.add(rows.length);
    }

    private void keep(TextKey key, float[] row) {
        CompletableFuture<float[]> promise = inWork.remove(key);
        if (promise != null) promise.complete(row);
    }

    private void fail(Collection<TextKey> keys, Throwable failure) {
        for (TextKey key : keys) {
            CompletableFuture<float[]> promise = inWork.remove(key);
            if (promise != null) promise.completeExceptionally(failure);
        }
    }

    private float @Nullable [] remembered(TextKey key) {
        synchronized (memory) {
            return memory.get(key);
        }
    }

    private void remember(TextKey key, float[] row) {
        synchronized (memory) {
            memory.put(key, row);
        }
    }

    private synchronized Encoder behind() {
        if (loaded == null) loaded = loader.get();
        return loaded;
    }
}
