package dev.belay.models.encoder;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Distinguishes texts (or other inputs) that cannot be encoded from a broken encoder. A batch that
 * fails is computed again in halves, down to single texts. A text is rejected only if it fails
 * alone while the encoder still encodes its probe ({@link Encoder#probe}) and not every text of a
 * larger batch fails; otherwise the encoder is broken and {@link BrokenEncoderException} is thrown.
 *
 * <p>I/O errors and errors of the JVM, such as a lack of memory, are never attributed to a text and
 * are thrown unchanged.
 */
public final class FailingTexts {
    /** If all of at least this many texts fail, the encoder is broken. */
    private static final int ENOUGH_TO_BLAME_ENCODER = 16;

    private FailingTexts() {}

    /**
     * Results of a list of texts.
     *
     * @param rows of the texts that were not rejected, in their order
     * @param rejected index in the list → reason
     */
    public record Rows<R>(List<R> rows, SortedMap<Integer, String> rejected) {
        /** Of a list parallel to the texts, the items whose texts were not rejected. */
        public <T> List<T> accepted(List<T> items) {
            if (rejected.isEmpty()) return items;
            var accepted = new ArrayList<T>(items.size() - rejected.size());
            for (int i = 0; i < items.size(); i++)
                if (!rejected.containsKey(i)) accepted.add(items.get(i));
            return accepted;
        }
    }

    /**
     * Computes one row per text.
     *
     * @param computation of one row per text, in the order given; called again with parts of the
     *     texts if it fails
     * @param probe throws if the encoder is broken
     * @throws BrokenEncoderException if the encoder is broken
     * @throws UncheckedIOException as thrown by the computation
     */
    public static <T, R> Rows<R> compute(
            List<T> texts, Function<List<T>, List<R>> computation, Runnable probe) {
        var search = new Search<>(computation, probe);
        search.run(texts, 0);
        SortedMap<Integer, Throwable> failures = search.failures;
        if (failures.size() == texts.size() && texts.size() >= ENOUGH_TO_BLAME_ENCODER)
            throw new BrokenEncoderException(
                    "all " + texts.size() + " texts of a batch failed: " + failures.get(0),
                    failures.get(0));
        var rejected = new TreeMap<Integer, String>();
        failures.forEach((place, failure) -> rejected.put(place, failure.toString()));
        return new Rows<>(search.rows, rejected);
    }

    /** Whether a text can be the cause of a failure. */
    static boolean mayBeOfText(Throwable failure) {
        return (failure instanceof RuntimeException && !(failure instanceof UncheckedIOException))
                || failure instanceof StackOverflowError;
    }

    private static final class Search<T, R> {
        private final Function<List<T>, List<R>> computation;
        private final Runnable probe;
        private final List<R> rows = new ArrayList<>();
        private final SortedMap<Integer, Throwable> failures = new TreeMap<>();
        private boolean probed;

        Search(Function<List<T>, List<R>> computation, Runnable probe) {
            this.computation = computation;
            this.probe = probe;
        }

        /**
         * @param first index of the first text
         */
        void run(List<T> texts, int first) {
            try {
                rows.addAll(computation.apply(texts));
            } catch (RuntimeException | StackOverflowError e) {
                if (!mayBeOfText(e)) throw e;
                requireWorkingEncoder();
                if (texts.size() == 1) {
                    failures.put(first, e);
                } else {
                    int middle = texts.size() / 2;
                    run(texts.subList(0, middle), first);
                    run(texts.subList(middle, texts.size()), first + middle);
                }
            }
        }

        private void requireWorkingEncoder() {
            if (probed) return;
            try {
                probe.run();
            } catch (RuntimeException | StackOverflowError e) {
                if (!mayBeOfText(e)) throw e;
                throw new BrokenEncoderException(
                        "the encoder fails on its probe text too: " + e, e);
            }
            probed = true;
        }
    }
}
