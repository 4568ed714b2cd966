package dev.belay.models.encoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.input.Input;
import dev.belay.models.torch.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CachingEncoderTest {
    @TempDir Path directory;

    /** Encodes a text as (its length, its hash) and counts. */
    private static final class Counting implements Encoder {
        final ConcurrentHashMap<String, AtomicInteger> calls = new ConcurrentHashMap<>();

        @Override
        public String name() {
            return "counting";
        }

        @Override
        public int dimensions() {
            return 2;
        }

        @Override
        public float[][] encode(List<Input> inputs) {
            List<String> texts = inputs.stream().map(Input::text).toList();
            for (String text : texts) {
                if (text.equals("bad")) throw new IllegalStateException("bad text");
                calls.computeIfAbsent(text, t -> new AtomicInteger()).incrementAndGet();
            }
            return texts.stream().map(CachingEncoderTest::row).toArray(float[][]::new);
        }

        @Override
        public void close() {}
    }

    /** Is done when told. */
    private static final class Slow implements Encoder {
        final List<List<String>> asked = new ArrayList<>();
        final List<CompletableFuture<float[][]>> futures = new ArrayList<>();

        @Override
        public String name() {
            return "slow";
        }

        @Override
        public int dimensions() {
            return 2;
        }

        @Override
        public float[][] encode(List<Input> inputs) {
            throw new UnsupportedOperationException("it is only begun");
        }

        @Override
        public CompletableFuture<float[][]> begin(List<Input> inputs) {
            asked.add(inputs.stream().map(Input::text).toList());
            futures.add(new CompletableFuture<>());
            return futures.get(futures.size() - 1);
        }

        void finish(int call) {
            futures.get(call)
                    .complete(
                            asked.get(call).stream()
                                    .map(CachingEncoderTest::row)
                                    .toArray(float[][]::new));
        }

        @Override
        public void close() {}
    }

    @Test
    void eachTextIsEncodedOnceAlsoAfterARestart() {
        // Given
        var behind = new Counting();
        open(behind, 100).encode(Input.texts("a", "bb", "a"));
        // When
        float[][] rows = open(behind, 100).encode(Input.texts("bb", "ccc", "a"));
        // Then
        assertArrayEquals(new float[][] {row("bb"), row("ccc"), row("a")}, rows);
        assertEquals(3, behind.calls.size());
        behind.calls.forEach((text, n) -> assertEquals(1, n.get(), text));
    }

    @Test
    void aTextThatFailsBreaksNoPromiseButItsOwn() {
        // Given: whoever else waits for one of the texts gets the row of this call
        CachingEncoder encoder = open(new Counting(), 100);
        // When
        var all = encoder.begin(Input.texts("a", "bad", "bb", "ccc", "a"));
        // Then
        assertThrows(IllegalStateException.class, () -> EncodingFutures.await(all));
        assertEquals(3, encoder.counts().encoded());
        assertArrayEquals(
                new float[][] {row("a"), row("bb"), row("ccc")},
                encoder.encode(Input.texts("a", "bb", "ccc")));
        assertEquals(3, encoder.counts().encoded());
        assertThrows(IllegalStateException.class, () -> encoder.encode(Input.texts("bad")));
    }

    @Test
    void theProbeAsksTheEncoderBehindTheCache() {
        // Given
        var behind = new Counting();
        CachingEncoder encoder = open(behind, 100);
        // When
        encoder.probe();
        encoder.probe();
        // Then
        assertEquals(2, Objects.requireNonNull(behind.calls.get("probe")).get());
    }

    @Test
    void textsForgottenInMemoryComeFromDisk() {
        var behind = new Counting();
        CachingEncoder encoder = open(behind, 1);
        for (int i = 0; i < 3; i++) encoder.encode(Input.texts("a", "b", "c"));
        behind.calls.forEach((text, n) -> assertEquals(1, n.get(), text));
        assertEquals(new CachingEncoder.Counts("counting, small", 6, 3, 0, 0, 0), encoder.counts());
    }

    @Test
    void threadsThatWantTheSameTextsEncodeThemOnce() throws Exception {
        // Given
        var behind = new Counting();
        CachingEncoder encoder = open(behind, 10_000);
        var texts = new ArrayList<String>();
        for (int i = 0; i < 3_000; i++) texts.add("text " + i);
        // When
        var pool = Executors.newFixedThreadPool(4);
        var jobs = new ArrayList<Callable<float[][]>>();
        for (int i = 0; i < 4; i++) jobs.add(() -> encoder.encode(Input.texts(texts)));
        float[][] expected = texts.stream().map(CachingEncoderTest::row).toArray(float[][]::new);
        // Then
        for (var rows : pool.invokeAll(jobs)) assertArrayEquals(expected, rows.get());
        pool.shutdown();
        assertEquals(3_000, behind.calls.size());
        behind.calls.forEach((text, n) -> assertEquals(1, n.get(), text));
    }

    @Test
    void whatWasBegunIsAwaitedNotEncodedAgain() {
        // Given: an encoder that has begun and is not done
        var behind = new Slow();
        CachingEncoder encoder = open(behind, 100);
        var first = encoder.begin(Input.texts("a", "bb"));
        var second = encoder.begin(Input.texts("bb", "ccc"));
        assertFalse(first.isDone() || second.isDone());
        assertEquals(List.of(List.of("a", "bb"), List.of("ccc")), behind.asked);
        // When
        behind.finish(0);
        behind.finish(1);
        // Then
        assertArrayEquals(new float[][] {row("a"), row("bb")}, first.join());
        assertArrayEquals(new float[][] {row("bb"), row("ccc")}, second.join());
        assertArrayEquals(new float[][] {row("ccc")}, encoder.encode(Input.texts("ccc")));
        assertEquals(2, behind.asked.size());
    }

    @Test
    void whatWasBegunAndFailsIsTriedAgainByWhoeverAsks() {
        // Given
        var behind = new Slow();
        CachingEncoder encoder = open(behind, 100);
        var begun = encoder.begin(Input.texts("a"));
        var waiting = encoder.begin(Input.texts("a"));
        // When
        behind.futures.get(0).completeExceptionally(new IllegalStateException("no"));
        // Then
        assertTrue(begun.isCompletedExceptionally() && waiting.isCompletedExceptionally());
        var again = encoder.begin(Input.texts("a"));
        behind.finish(1);
        assertArrayEquals(new float[][] {row("a")}, again.join());
    }

    @Test
    void announcedInputsAreCountedOnceUnlessTheyAreKnown() {
        // Given
        var behind = new Slow();
        CachingEncoder encoder = open(behind, 100);
        var first = encoder.begin(Input.texts("a", "bb"));
        behind.finish(0);
        first.join();
        // When
        encoder.announce(Input.texts("a", "ccc", "ccc", "dddd"));
        var second = encoder.begin(Input.texts("ccc"));
        // Then: 2 are encoded, 2 are to come, 1 has begun
        assertEquals(new CachingEncoder.Counts("counting, small", 0, 2, 1, 4, 0), encoder.counts());
        behind.finish(1);
        second.join();
        encoder.announce(Input.texts("a", "ccc"));
        assertEquals(new CachingEncoder.Counts("counting, small", 0, 3, 0, 4, 0), encoder.counts());
        // a file that an earlier process has written
        CachingEncoder restarted = open(new Slow(), 100);
        restarted.announce(Input.texts("a", "bb", "ccc", "dddd"));
        assertEquals(1, restarted.counts().announced());
    }

    @Test
    void aCallIsReportedAndStoredWindowByWindow() {
        // Given: 33 texts of the size of a 32nd of a window
        var behind = new Slow();
        CachingEncoder encoder = open(behind, 100);
        var texts = new ArrayList<String>();
        for (int i = 0; i < 33; i++) texts.add("x".repeat(5_000 + i));
        // When
        var all = encoder.begin(Input.texts(texts));
        behind.finish(0);
        // Then
        assertEquals(32, encoder.counts().encoded());
        assertEquals(1, encoder.counts().waiting());
        assertFalse(all.isDone());
        behind.finish(1);
        assertEquals(33, all.join().length);
    }

    @Test
    void twoProcessesShareTheFile() {
        // Given: two encoders with files of their own view, as two processes have
        var behind = new Counting();
        CachingEncoder one = open(behind, 100);
        CachingEncoder two = open(behind, 100);
        // When
        one.encode(Input.texts("a"));
        two.encode(Input.texts("b"));
        one.encode(Input.texts("c"));
        // Then
        float[][] rows = open(new Counting(), 100).encode(Input.texts("a", "b", "c"));
        assertArrayEquals(new float[][] {row("a"), row("b"), row("c")}, rows);
        try (var file = new VectorFile(directory, "counting", 2)) {
            assertEquals(3, file.size());
        }
    }

    @Test
    void tornTailIsCutAndTheRestKept() throws IOException {
        // Given: two records, then what a killed writer left of a third
        var behind = new Counting();
        open(behind, 100).encode(Input.texts("a", "b"));
        Path file = directory.resolve("counting.vectors");
        long whole = Files.size(file);
        Files.write(file, new byte[13], StandardOpenOption.APPEND);
        // When
        open(behind, 100).encode(Input.texts("c", "a"));
        // Then
        assertEquals(whole / 2 * 3, Files.size(file));
        assertEquals(1, open(behind, 100).encode(Input.texts("c")).length);
        behind.calls.forEach((text, n) -> assertEquals(1, n.get(), text));
    }

    @Test
    void damagedRecordIsEncodedAgain() throws IOException {
        // Given: a bit turned in the first of two vectors
        var behind = new Counting();
        open(behind, 100).encode(Input.texts("a", "b"));
        Path file = directory.resolve("counting.vectors");
        byte[] bytes = Files.readAllBytes(file);
        bytes[18] ^= 1;
        Files.write(file, bytes);
        // When, Then
        assertArrayEquals(row("a"), open(behind, 100).encode(Input.texts("a"))[0]);
        assertEquals(2, Objects.requireNonNull(behind.calls.get("a")).get());
    }

    @Test
    void failureReachesTheCallerAndTheNextCallTriesAgain() {
        CachingEncoder encoder = open(new Counting(), 100);
        for (int i = 0; i < 2; i++)
            assertThrows(
                    IllegalStateException.class, () -> encoder.encode(Input.texts("a", "bad")));
        assertEquals(1, encoder.encode(Input.texts("a")).length);
    }

    @Test
    void unknownEncoderIsNamedWithTheKnownOnes() {
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Encoders.open("bert", Device.CPU, directory));
        assertEquals(
                "unknown encoder 'bert', expected hf:NAME or one of chess-planes, hashing,"
                        + " hashing-bigrams, length, pixels, vector, minilm, bge, e5, minilm-int8,"
                        + " bge-int8, mlp, transformer, cnn, chess-cnn",
                e.getMessage());
    }

    private CachingEncoder open(Encoder behind, int rowsInMemory) {
        return new CachingEncoder(
                "counting",
                "counting, small",
                2,
                () -> behind,
                new VectorFile(directory, "counting", 2),
                rowsInMemory);
    }

    private static float[] row(String text) {
        return new float[] {text.length(), text.hashCode() % 1000};
    }
}
