package dev.belay.labelers.labeling;

import dev.belay.schemas.events.Progress;
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
 */
record LabelingProgress(long labels, long rows, Map<String, Long> splits, boolean ended) {
    static LabelingProgress of(@Nullable Progress progress) {
        return progress == null
                ? new LabelingProgress(0, 0, Map.of(), false)
                : new LabelingProgress(
                        progress.getRecords(),
                        progress.getRows(),
                        progress.getSplits(),
                        progress.getEnded());
    }

    LabelingProgress plus(Map<String, Long> labelsBySplit, long moreRows, boolean nowEnded) {
        Map<String, Long> sum = new TreeMap<>(splits);
        labelsBySplit.forEach((split, n) -> sum.merge(split, n, Long::sum));
        long more = labelsBySplit.values().stream().mapToLong(Long::longValue).sum();
        return new LabelingProgress(labels + more, rows + moreRows, sum, nowEnded);
    }

    Progress progress(String topic, int partition, String writer) {
        return new Progress(topic, partition, writer, labels, splits, null, rows, ended);
    }
}
