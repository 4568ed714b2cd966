package dev.belay.models;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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
        float[][] rows = new float[texts.size()][];
        var awaited = new LinkedHashMap<Integer, CompletableFuture<float[]>>();
        var mine = new LinkedHashMap<TextKey, String>();
        for (int i = 0; i < rows.length; i++) {
            TextKey key = TextKey.of(texts.get(i));
            float[] known = find(key);
            if (known != null) {
                rows[i] = known;
                hits.increment();
                continue;
            }
            var promise = new CompletableFuture<float[]>();
            var other = inWork.putIfAbsent(key, promise);
            awaited.put(i, other == null ? promise : other);
            if (other == null) mine.put(key, texts.get(i));
            else hits.increment();
        }
        encodeAll(mine);
        awaited.forEach((i, row) -> rows[i] = join(row));
        return rows;
    }

    /** Does nothing: it is shared by the whole process. */
    @Override
    public void close() {}

    private float @Nullable [] find(TextKey key) {
        float[] row = remembered(key);
        if (row != null) return row;
        row = disk.get(key);
        if (row != null) remember(key, row);
        return row;
    }

    /** Every promise made is kept or broken before this returns or throws. */
    private void encodeAll(Map<TextKey, String> mine) {
        var keys = new ArrayList<>(mine.keySet());
        int done = 0;
        try {
            while (done < keys.size()) {
                List<TextKey> chunk = keys.subList(done, Math.min(done + CHUNK, keys.size()));
                encodeChunk(chunk, mine);
                done += chunk.size();
            }
        } catch (RuntimeException | Error e) {
            for (TextKey key : keys.subList(done, keys.size())) {
                CompletableFuture<float[]> promise = inWork.remove(key);
                if (promise != null) promise.completeExceptionally(e);
            }
            throw e;
        }
    }

    private void encodeChunk(List<TextKey> keys, Map<TextKey, String> texts) {
        // another thread may have finished a text between the look-up and the promise
        var missing = new ArrayList<TextKey>();
        for (TextKey key : keys) {
            float[] row = find(key);
            if (row == null) missing.add(key);
            else keep(key, row);
        }
        if (missing.isEmpty()) return;
        float[][] rows = behind().encode(missing.stream().map(texts::get).toList());
        disk.add(missing, List.of(rows));
        for (int i = 0; i < rows.length; i++) {
            remember(missing.get(i), rows[i]);
            keep(missing.get(i), rows[i]);
        }
        encoded.add(rows.length);
    }

    private void keep(TextKey key, float[] row) {
        CompletableFuture<float[]> promise = inWork.remove(key);
        if (promise != null) promise.complete(row);
    }

    private float[] join(CompletableFuture<float[]> row) {
        try {
            return row.join();
        } catch (CompletionException e) {
            throw new IllegalStateException(
                    "encoder " + name + " failed in another thread", e.getCause());
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
