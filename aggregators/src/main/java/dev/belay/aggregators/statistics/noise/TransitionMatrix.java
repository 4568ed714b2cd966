package dev.belay.aggregators.statistics.noise;

import static java.util.Objects.requireNonNull;

import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.Rate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * P(label | truth), from the examples with truth: the transition matrix of class-conditional noise.
 * Rows need no random sample of the stream, only one within each class, because each is conditional
 * on the truth.
 *
 * @param rows by true class, ascending
 */
public record TransitionMatrix(List<Row> rows) {

    /**
     * The labels of the examples of one true class.
     *
     * @param truth the class
     * @param n examples of it with a label
     * @param labels P(label = k | truth) by class k. Each interval has 95 % by itself ({@link
     *     Rate}); together those of a row of K classes hold with at least 100 − 5·K %. Null if n is
     *     0
     */
    public record Row(int truth, long n, @Nullable List<Measure> labels) {}

    public TransitionMatrix {
        rows = List.copyOf(rows);
    }

    /**
     * @param counts examples by true class, then by label; K rows of K counts
     * @throws IllegalArgumentException if the matrix is not square, or a count is negative
     */
    public static TransitionMatrix of(long[][] counts) {
        List<Row> rows = new ArrayList<>();
        for (int truth = 0; truth < counts.length; truth++) {
            long[] row = counts[truth];
            if (row.length != counts.length || LongStream.of(row).anyMatch(count -> count < 0)) {
                throw new IllegalArgumentException(
                        "row %d of a matrix of %d classes must have as many counts, got %s"
                                .formatted(
                                        truth, counts.length, LongStream.of(row).boxed().toList()));
            }
            long n = LongStream.of(row).reduce(0, Math::addExact);
            rows.add(
                    new Row(
                            truth,
                            n,
                            n == 0
                                    ? null
                                    : LongStream.of(row)
                                            .mapToObj(count -> requireNonNull(Rate.of(count, n)))
                                            .toList()));
        }
        return new TransitionMatrix(rows);
    }

    /** P(label | truth) with its interval; null if no example of the class has a label. */
    public @Nullable Measure get(int truth, int label) {
        List<Measure> labels = rows.get(truth).labels();
        return labels == null ? null : labels.get(label);
    }
}
