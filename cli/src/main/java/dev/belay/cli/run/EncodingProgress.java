package dev.belay.cli.run;

import dev.belay.cli.report.live.Snapshot.Bar;
import dev.belay.cli.report.results.Format;
import dev.belay.models.encoder.CachingEncoder.Counts;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What the encoders of this process are encoding and at what rate. Belongs to one thread. */
final class EncodingProgress {
    /** The rate is that of the last minute, which has several windows of the slowest encoder. */
    private static final long MEASURED_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Inputs that were encoded at some moment. */
    private record Mark(long nanos, long encoded) {}

    private final LongSupplier nanos;
    private final Map<String, Deque<Mark>> marks = new LinkedHashMap<>();
    private List<Counts> counts = List.of();

    /**
     * @param nanos {@link System#nanoTime}
     */
    EncodingProgress(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Takes the newest counts; returns whether anything was encoded since the last ones. */
    boolean update(List<Counts> newest) {
        counts = newest.stream().filter(c -> c.encoded() + c.waiting() > 0).toList();
        boolean changed = false;
        for (Counts c : counts) {
            Deque<Mark> known = marks.computeIfAbsent(c.encoder(), e -> new ArrayDeque<>());
            long now = nanos.getAsLong();
            Mark last = known.peekLast();
            if (last == null || last.encoded < c.encoded()) {
                known.add(new Mark(now, c.encoded()));
                changed |= last != null || c.encoded() > 0;
            }
            // two stay: after a pause the rate is that of the newest window
            while (known.size() > 2
                    && now - Objects.requireNonNull(known.peekFirst()).nanos > MEASURED_NANOS) {
                known.removeFirst();
            }
        }
        return changed;
    }

    /** A bar for each encoder that had to encode anything. */
    List<Bar> bars() {
        List<Bar> bars = new ArrayList<>();
        for (Counts c : counts) {
            List<String> notes = new ArrayList<>();
            String rate = rate(c);
            if (!rate.isEmpty()) {
                notes.add(rate);
            }
            if (c.truncated() > 0) {
                notes.add(Format.count(c.truncated()) + " truncated");
            }
            bars.add(
                    new Bar(
                            (isAtWork(c) ? "encoding " : "encoded ") + c.encoder(),
                            c.encoded(),
                            total(c),
                            String.join(", ", notes)));
        }
        return bars;
    }

    /**
     * What is being encoded now, such as {@code encoding bge 1,024/4,500 at 5.5/s}; may be empty.
     */
    List<String> atWork() {
        return counts.stream()
                .filter(EncodingProgress::isAtWork)
                .map(
                        c ->
                                "encoding %s %s/%s %s"
                                        .formatted(
                                                c.encoder(),
                                                Format.count(c.encoded()),
                                                Format.count(total(c)),
                                                rate(c))
                                        .strip())
                .toList();
    }

    /** A line for each encoder that truncated inputs. */
    List<String> truncated() {
        return counts.stream()
                .filter(c -> c.truncated() > 0)
                .map(
                        c ->
                                "%s: %s of %s inputs encoded by this process had more tokens than max-tokens and were truncated"
                                        .formatted(
                                                c.encoder(),
                                                Format.count(c.truncated()),
                                                Format.count(c.encoded())))
                .toList();
    }

    private static boolean isAtWork(Counts c) {
        return c.waiting() > 0;
    }

    /** What was not announced, or is asked for again, is known once it waits. */
    private static long total(Counts c) {
        return Math.max(c.announced(), c.encoded() + c.waiting());
    }

    /** Inputs per second while it is encoding; empty before the first ones are encoded. */
    private String rate(Counts c) {
        Deque<Mark> known = marks.get(c.encoder());
        if (known == null || known.size() < 2 || !isAtWork(c)) {
            return "";
        }
        Mark first = known.getFirst();
        Mark last = known.getLast();
        double seconds = (last.nanos - first.nanos) / 1e9;
        if (seconds <= 0) {
            return "";
        }
        double rate = (last.encoded - first.encoded) / seconds;
        return "at "
                + (rate < 9.95 ? Format.fixed(rate, 1) : Format.count(Math.round(rate)))
                + "/s";
    }
}
