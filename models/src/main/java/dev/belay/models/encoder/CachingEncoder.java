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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encodes each input once: looks for its row in memory, then in the file, and else calls the
 * underlying encoder, which is loaded when first needed. Threads that need an input that another
 * thread is encoding wait for its row.
 */
public final class CachingEncoder implements Encoder {
    private static final Logger LOG = LoggerFactory.getLogger(CachingEncoder.class);

    /**
     * Counts so far.
     *
     * @param encoder its name, with the parameters that differ from their defaults
     * @param hits inputs found in memory or in the file
     * @param encoded inputs that had to be encoded
     * @param waiting inputs that are being encoded, or are next
     * @param announced {@link #encoded} when all inputs are encoded that were announced; 0: none
     *     were
     * @param truncated encoded inputs that had more tokens than the encoder reads
     */
    public record Counts(
            String encoder,
            long hits,
            long encoded,
            long waiting,
            long announced,
            long truncated) {}

    private final String name;
    private final String title;
    private final int dimensions;
    private final Supplier<Encoder> loader;
    private final VectorFile disk;
    private final Map<InputKey, float[]> memory;
    private final Map<InputKey, CompletableFuture<float[]>> inWork = new ConcurrentHashMap<>();
    private final LongAdder hits = new LongAdder();
    private final LongAdder encoded = new LongAdder();
    private final AtomicLong announced = new AtomicLong();
    private final AtomicBoolean truncationLogged = new AtomicBoolean();
    private volatile @Nullable Encoder loaded;

    /**
     * @param title the name, with the parameters that differ from their defaults
     * @param loader opens the underlying encoder; called once, at the first input not found
     * @param rowsInMemory maximum number of rows in memory; the least recently used are evicted
     */
    CachingEncoder(
            String name,
            String title,
            int dimensions,
            Supplier<Encoder> loader,
            VectorFile disk,
            int rowsInMemory) {
        this.name = name;
        this.title = title;
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

    /** Counts since the start of the process; updated after each window of a call. */
    public Counts counts() {
        Encoder open = loaded;
        return new Counts(
                title,
                hits.sum(),
                encoded.sum(),
                inWork.size(),
                announced.get(),
                open == null ? 0 : open.truncated());
    }

    @Override
    public long truncated() {
        return counts().truncated();
    }

    @Override
    public void announce(List<Input> inputs) {
        long before = encoded.sum(); // first: what is encoded meanwhile is counted as unknown
        long unknown =
                inputs.stream()
                        .map(InputKey::of)
                        .distinct()
                        .filter(key -> remembered(key) == null && !disk.contains(key))
                        .count();
        announced.accumulateAndGet(before + unknown, Math::max);
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
        for (List<InputKey> window : EncodingWindows.of(keys, mine::get)) {
            CompletableFuture<?> unused =
                    beginWindow(window, mine)
                            .whenComplete(
                                    (done, failure) -> {
                                        if (failure != null)
                                            fail(window, EncodingFutures.cause(failure));
                                    });
        }
    }

    private CompletableFuture<?> beginWindow(List<InputKey> keys, Map<InputKey, Input> inputs) {
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
                .thenAccept(
                        rows -> {
                            store(keys, rows);
                            logTruncation(encoder.truncated());
                        })
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
        encoded.add(rows.length);
        for (int i = 0; i < rows.length; i++) {
            remember(keys.get(i), rows[i]);
            keep(keys.get(i), rows[i]);
        }
    }

    private void logTruncation(long truncated) {
        if (truncated > 0 && truncationLogged.compareAndSet(false, true))
            LOG.warn(
                    "{}: {} of the texts encoded so far have more tokens than max-tokens and are"
                            + " truncated; further ones are only counted",
                    title,
                    truncated);
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
        Encoder open = loaded;
        if (open == null) {
            open = loader.get();
            loaded = open;
        }
        return open;
    }
}
