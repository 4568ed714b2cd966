package dev.belay.models.encoder;

import dev.belay.models.input.Input;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Encodes each input once: looks for its row in memory, then in the file, and else calls the
 * underlying encoder, which is loaded when first needed. Threads that need an input that another
 * thread is encoding wait for its row.
 */
public final class CachingEncoder implements Encoder {
    /** Inputs encoded and written to disk at a time. */
    private static final int CHUNK = 1_024;

    /**
     * Counts so far.
     *
     * @param hits inputs found in memory or in the file
     * @param encoded inputs that had to be encoded
     */
    public record Counts(String encoder, long hits, long encoded) {}

    private final String name;
    private final int dimensions;
    private final Supplier<Encoder> loader;
    private final VectorFile disk;
    private final Map<InputKey, float[]> memory;
    private final Map<InputKey, CompletableFuture<float[]>> inWork = new ConcurrentHashMap<>();
    private final LongAdder hits = new LongAdder();
    private final LongAdder encoded = new LongAdder();
    private @Nullable Encoder loaded;

    /**
     * @param loader opens the underlying encoder; called once, at the first input not found
     * @param rowsInMemory maximum number of rows in memory; the least recently used are evicted
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
                    protected boolean removeEldestEntry(Map.Entry<InputKey, float[]> eldest) {
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

    /** As in {@link Encoders#accepts}, without loading the underlying encoder. */
    @Override
    public Set<Input.Kind> accepts() {
        return Encoders.accepts(name);
    }

    /** Counts since the start of the process; updated while a call is running. */
    public Counts counts() {
        return new Counts(name, hits.sum(), encoded.sum());
    }

    @Override
    public float[][] encode(List<Input> inputs) {
        return EncodingFutures.await(begin(inputs));
    }

    /** Later calls with one of these inputs wait for this call's row. */
    @Override
    public CompletableFuture<float[][]> begin(List<Input> inputs) {
        var rows = new ArrayList<CompletableFuture<float[]>>(inputs.size());
        var mine = new LinkedHashMap<InputKey, Input>();
        try {
            for (Input input : inputs) rows.add(row(input, mine));
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
     * The row as a future, perhaps not complete yet.
     *
     * @param mine receives the input if this call must encode it
     */
    private CompletableFuture<float[]> row(Input input, Map<InputKey, Input> mine) {
        InputKey key = InputKey.of(input);
        float[] known = find(key);
        if (known == null) {
            var promise = new CompletableFuture<float[]>();
            var other = inWork.putIfAbsent(key, promise);
            if (other == null) {
                mine.put(key, input);
                return promise;
            }
            hits.increment();
            return other;
        }
        hits.increment();
        return CompletableFuture.completedFuture(known);
    }

    private float @Nullable [] find(InputKey key) {
        float[] row = remembered(key);
        if (row != null) return row;
        row = disk.get(key);
        if (row != null) remember(key, row);
        return row;
    }

    /** Completes or fails each of the futures, before it returns or on the encoder's threads. */
    private void beginAll(Map<InputKey, Input> mine) {
        var keys = new ArrayList<>(mine.keySet());
        for (int from = 0; from < keys.size(); from += CHUNK) {
            List<InputKey> chunk = keys.subList(from, Math.min(from + CHUNK, keys.size()));
            CompletableFuture<?> unused =
                    beginChunk(chunk, mine)
                            .whenComplete(
                                    (done, failure) -> {
                                        if (failure != null)
                                            fail(chunk, EncodingFutures.cause(failure));
                                    });
        }
    }

    private CompletableFuture<?> beginChunk(List<InputKey> keys, Map<InputKey, Input> inputs) {
        try {
            // another thread may have completed it after the look-up
            var missing = new ArrayList<InputKey>();
            for (InputKey key : keys) {
                float[] row = find(key);
                if (row == null) missing.add(key);
                else keep(key, row);
            }
            if (missing.isEmpty()) return CompletableFuture.completedFuture(null);
            return encode(behind(), missing, inputs);
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Encodes and caches inputs. A batch that fails is encoded in halves, so that a future fails
     * only because of its own input.
     */
    private CompletableFuture<?> encode(
            Encoder encoder, List<InputKey> keys, Map<InputKey, Input> inputs) {
        return encoder.begin(keys.stream().map(inputs::get).toList())
                .thenAccept(rows -> store(keys, rows))
                .exceptionallyCompose(failure -> encodeHalves(encoder, keys, inputs, failure));
    }

    private CompletableFuture<Void> encodeHalves(
            Encoder encoder, List<InputKey> keys, Map<InputKey, Input> inputs, Throwable failure) {
        Throwable cause = EncodingFutures.cause(failure);
        if (keys.size() == 1 || !FailingTexts.mayBeOfText(cause))
            return CompletableFuture.failedFuture(cause);
        int middle = keys.size() / 2;
        return CompletableFuture.allOf(
                encode(encoder, keys.subList(0, middle), inputs),
                encode(encoder, keys.subList(middle, keys.size()), inputs));
    }

    private void store(List<InputKey> keys, float[][] rows) {
        disk.add(keys, List.of(rows));
        for (int i = 0; i < rows.length; i++) {
            remember(keys.get(i), rows[i]);
            keep(keys.get(i), rows[i]);
        }
        encoded.add(rows.length);
    }

    private void keep(InputKey key, float[] row) {
        CompletableFuture<float[]> promise = inWork.remove(key);
        if (promise != null) promise.complete(row);
    }

    private void fail(Collection<InputKey> keys, Throwable failure) {
        for (InputKey key : keys) {
            CompletableFuture<float[]> promise = inWork.remove(key);
            if (promise != null) promise.completeExceptionally(failure);
        }
    }

    private float @Nullable [] remembered(InputKey key) {
        synchronized (memory) {
            return memory.get(key);
        }
    }

    private void remember(InputKey key, float[] row) {
        synchronized (memory) {
            memory.put(key, row);
        }
    }

    private synchronized Encoder behind() {
        if (loaded == null) loaded = loader.get();
        return loaded;
    }
}
