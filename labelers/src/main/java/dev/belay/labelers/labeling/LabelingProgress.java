package dev.belay.labelers.labeling;

import dev.belay.schemas.events.Progress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far a labeler has come in one partition; as {@link Progress} it survives a restart.
 *
 * @param labels labels written
 * @param rows records of the examples partition passed, labelled or not
 * @param splits labels written, by split
 * @param ended nothing will be added
 * @param next offset behind the last record that was ever passed; 0 where not known
 * @param sources votes of its sources on the examples labelled; empty if it reads no other
 */
record LabelingProgress(
        long labels,
        long rows,
        Map<String, Long> splits,
        boolean ended,
        long next,
        List<SourceCounts> sources) {
    static LabelingProgress of(@Nullable Progress progress) {
        return progress == null
                ? new LabelingProgress(0, 0, Map.of(), false, 0, List.of())
                : new LabelingProgress(
                        progress.getRecords(),
                        progress.getRows(),
                        progress.getSplits(),
                        progress.getEnded(),
                        next(progress),
                        SourceCounts.of(progress.getSources()));
    }

    /** The offset behind the last record that was ever passed; 0 where not known. */
    static long next(@Nullable Progress progress) {
        Long next = progress == null ? null : progress.getNext();
        return next == null ? 0 : next;
    }

    /**
     * After more records.
     *
     * @param nowNext the offset behind them
     * @param votes votes of the sources on those that were labelled
     */
    LabelingProgress plus(
            Map<String, Long> labelsBySplit,
            long moreRows,
            boolean nowEnded,
            long nowNext,
            List<SourceCounts> votes) {
        Map<String, Long> sum = new TreeMap<>(splits);
        labelsBySplit.forEach((split, n) -> sum.merge(split, n, Long::sum));
        long more = labelsBySplit.values().stream().mapToLong(Long::longValue).sum();
        return new LabelingProgress(
                labels + more,
                rows + moreRows,
                sum,
                nowEnded,
                Math.max(next, nowNext),
                SourceCounts.sum(sources, votes));
    }

    Progress progress(String topic, int partition, String writer) {
        return new Progress(
                topic,
                partition,
                writer,
                labels,
                splits,
                null,
                rows,
                ended,
                next,
                sources.stream().map(SourceCounts::event).toList());
    }
}
