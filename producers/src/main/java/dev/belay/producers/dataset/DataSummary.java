package dev.belay.producers.dataset;

import dev.belay.producers.source.Row;
import dev.belay.schemas.events.Split;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Number of rows of a data set, by split and class.
 *
 * @param rows all of them, with and without label
 * @param duplicates rows dropped because they repeat an earlier row
 * @param bySplit for each split its rows; all splits are present
 */
public record DataSummary(long rows, long duplicates, Map<Split, SplitCounts> bySplit) {
    public DataSummary {
        bySplit = Map.copyOf(bySplit);
    }

    /**
     * @param rows with and without label
     * @param byClass rows with this label, for each class; of choices one number, the rows with a
     *     label
     */
    public record SplitCounts(long rows, List<Long> byClass) {
        public SplitCounts {
            byClass = List.copyOf(byClass);
        }

        /** Rows whose truth is known. */
        public long labelled() {
            return byClass.stream().mapToLong(Long::longValue).sum();
        }
    }

    public SplitCounts of(Split split) {
        SplitCounts counts = bySplit.get(split);
        if (counts == null) {
            throw new IllegalStateException("no counts for " + split);
        }
        return counts;
    }

    /** Counts while reading. */
    static final class Counter {
        private final boolean choice;
        private final int classes;
        private final Map<Split, long[]> byClass = new EnumMap<>(Split.class);
        private final Map<Split, Long> rows = new EnumMap<>(Split.class);

        /**
         * @param classes of the task; 0: choice
         */
        Counter(int classes) {
            this.choice = classes == 0;
            this.classes = Math.max(1, classes);
            for (Split split : Split.values()) {
                byClass.put(split, new long[this.classes]);
                rows.put(split, 0L);
            }
        }

        void add(Row row) {
            rows.merge(row.split(), 1L, Long::sum);
            long[] counts = byClass.computeIfAbsent(row.split(), s -> new long[classes]);
            if (row.hasLabel()) {
                counts[choice ? 0 : row.label()]++;
            }
        }

        DataSummary summary(long duplicates) {
            Map<Split, SplitCounts> result = new EnumMap<>(Split.class);
            long all = 0;
            for (Split split : Split.values()) {
                long n = rows.getOrDefault(split, 0L);
                all += n;
                List<Long> counts =
                        LongStream.of(byClass.getOrDefault(split, new long[classes]))
                                .boxed()
                                .toList();
                result.put(split, new SplitCounts(n, counts));
            }
            return new DataSummary(all, duplicates, result);
        }
    }
}
