package dev.belay.models.encoder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.encoder.FailingTexts.Rows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FailingTextsTest {
    private static void works() {}

    @Test
    void onlyTheTextsThatFailAloneAreRejected() {
        List<String> texts = IntStream.range(0, 40).mapToObj(i -> "t" + i).toList();
        for (Set<Integer> bad : List.of(Set.of(0), Set.of(39), Set.of(7, 8), Set.of(3, 21, 38))) {
            // When
            Rows<String> found =
                    FailingTexts.compute(texts, t -> upper(t, bad), FailingTextsTest::works);
            // Then
            assertEquals(new TreeSet<>(bad), found.rejected().keySet());
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 40; i++) if (!bad.contains(i)) expected.add("T" + i);
            assertEquals(expected, found.rows());
            assertEquals(
                    expected,
                    found.accepted(texts.stream().map(t -> "T" + t.substring(1)).toList()));
        }
    }

    @Test
    void aReasonNamesTheFailure() {
        Rows<String> found =
                FailingTexts.compute(
                        List.of("t1"), t -> upper(t, Set.of(1)), FailingTextsTest::works);
        assertEquals(
                Map.of(0, "java.lang.IllegalStateException: cannot take t1"), found.rejected());
    }

    @Test
    void aTransientFailureRejectsNothing() {
        AtomicInteger calls = new AtomicInteger();
        Rows<String> found =
                FailingTexts.compute(
                        List.of("t1", "t2"),
                        texts -> {
                            if (calls.incrementAndGet() == 1)
                                throw new IllegalStateException("busy");
                            return upper(texts, Set.of());
                        },
                        FailingTextsTest::works);
        assertEquals(List.of("T1", "T2"), found.rows());
        assertTrue(found.rejected().isEmpty());
    }

    @Test
    void anEncoderThatFailsOnItsProbeIsBrokenAndNoTextIsBlamed() {
        AtomicInteger calls = new AtomicInteger();
        var e =
                assertThrows(
                        BrokenEncoderException.class,
                        () ->
                                FailingTexts.compute(
                                        List.of("t1", "t2"),
                                        texts -> {
                                            calls.incrementAndGet();
                                            throw new IllegalStateException("no model file");
                                        },
                                        () -> {
                                            throw new IllegalStateException("no model file");
                                        }));
        assertTrue(String.valueOf(e.getMessage()).contains("no model file"), e::toString);
        assertEquals(1, calls.get());
    }

    @Test
    void anEncoderThatFailsOnEveryTextOfABatchIsBroken() {
        List<String> texts = IntStream.range(0, 16).mapToObj(i -> "t" + i).toList();
        Set<Integer> all = new TreeSet<>(IntStream.range(0, 16).boxed().toList());
        assertThrows(
                BrokenEncoderException.class,
                () -> FailingTexts.compute(texts, t -> upper(t, all), FailingTextsTest::works));
        assertEquals(
                15,
                FailingTexts.compute(
                                texts.subList(0, 15), t -> upper(t, all), FailingTextsTest::works)
                        .rejected()
                        .size());
    }

    @Test
    void lackOfMemoryAndFilesThatCannotBeReadAreNoFaultOfATextAndAreThrownAsTheyAre() {
        for (Throwable failure :
                List.of(
                        new OutOfMemoryError("heap"),
                        new UncheckedIOException(new IOException("disk")))) {
            assertSame(
                    failure,
                    assertThrows(
                            Throwable.class,
                            () ->
                                    FailingTexts.compute(
                                            List.of("t1"),
                                            texts -> fail(failure),
                                            FailingTextsTest::works)));
        }
    }

    private static List<String> fail(Throwable failure) {
        if (failure instanceof Error error) throw error;
        throw (RuntimeException) failure;
    }

    /** Fails if one of the numbers is bad. */
    private static List<String> upper(List<String> texts, Set<Integer> bad) {
        return texts.stream()
                .map(
                        text -> {
                            if (bad.contains(Integer.parseInt(text.substring(1))))
                                throw new IllegalStateException("cannot take " + text);
                            return "T" + text.substring(1);
                        })
                .toList();
    }
}
