package dev.belay.cli.run;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.topics.KafkaFutures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Diagnoses a run without progress, for the log: which groups lag, and which partitions end in an
 * undecided transaction that blocks readers.
 */
final class StallReport {
    private static final Logger LOG = LoggerFactory.getLogger(StallReport.class);

    /** Markers at the end of a partition, which a group need not have committed. */
    private static final long MARKERS = 2;

    private static final Pattern OURS =
            Pattern.compile("^(trainer|labeler|evaluator|aggregator)|StreamThread(-\\d+)?$");

    private static final int FRAMES = 24;

    private StallReport() {}

    /**
     * Logs the broker's state and the stacks of this process's own threads, or that the broker does
     * not answer.
     */
    static void log(Clients clients) {
        threads().forEach(line -> LOG.warn("nothing new: {}", line));
        try (Admin admin = clients.admin()) {
            List<String> lines = lines(admin, clients.topics().prefix());
            LOG.warn(
                    "nothing new: {}",
                    lines.isEmpty() ? "all groups have read all records" : lines);
        } catch (KafkaException e) {
            LOG.warn("no progress, and the broker does not report the readers' offsets", e);
        }
    }

    /**
     * Differences from the state in which all work is done, one line each.
     *
     * @param prefix of the installation's groups
     */
    static List<String> lines(Admin admin, String prefix) {
        Map<String, ListConsumerGroupOffsetsSpec> groups =
                KafkaFutures.get(admin.listGroups().all(), "listing groups").stream()
                        .map(GroupListing::groupId)
                        .filter(id -> id.startsWith(prefix))
                        .collect(
                                Collectors.toMap(
                                        id -> id, id -> new ListConsumerGroupOffsetsSpec()));
        Map<String, Map<TopicPartition, OffsetAndMetadata>> committed =
                groups.isEmpty()
                        ? Map.of()
                        : new TreeMap<>(
                                KafkaFutures.get(
                                        admin.listConsumerGroupOffsets(groups).all(),
                                        "reading offsets of groups"));
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        committed
                .values()
                .forEach(of -> of.keySet().forEach(p -> latest.put(p, OffsetSpec.latest())));
        Map<TopicPartition, ListOffsetsResultInfo> decided =
                ends(admin, latest, IsolationLevel.READ_COMMITTED);
        Map<TopicPartition, ListOffsetsResultInfo> written =
                ends(admin, latest, IsolationLevel.READ_UNCOMMITTED);
        List<String> lines = new ArrayList<>();
        committed.forEach(
                (group, offsets) ->
                        offsets.forEach(
                                (partition, at) -> {
                                    long end = offset(decided, partition);
                                    if (at != null && end - at.offset() > MARKERS) {
                                        lines.add(
                                                "%s is at %d of %d in %s"
                                                        .formatted(
                                                                group,
                                                                at.offset(),
                                                                end,
                                                                partition));
                                    }
                                }));
        decided.forEach(
                (partition, end) -> {
                    long last = offset(written, partition);
                    if (end.offset() < last) {
                        lines.add(
                                "an undecided transaction blocks readers of %s at %d of %d"
                                        .formatted(partition, end.offset(), last));
                    }
                });
        return lines;
    }

    /**
     * Stack of each of Belay's own threads in this process, a line each, without the JDK's frames.
     */
    private static List<String> threads() {
        List<String> lines = new ArrayList<>();
        Thread.getAllStackTraces()
                .forEach(
                        (thread, frames) -> {
                            if (OURS.matcher(thread.getName()).find()) {
                                lines.add(
                                        Arrays.stream(frames)
                                                .filter(f -> f.getModuleName() == null)
                                                .limit(FRAMES)
                                                .map(
                                                        f ->
                                                                f.getClassName()
                                                                        + "."
                                                                        + f.getMethodName())
                                                .collect(
                                                        Collectors.joining(
                                                                " < ",
                                                                thread.getName() + ": ",
                                                                "")));
                            }
                        });
        return lines;
    }

    private static long offset(
            Map<TopicPartition, ListOffsetsResultInfo> ends, TopicPartition partition) {
        return Objects.requireNonNull(ends.get(partition)).offset();
    }

    private static Map<TopicPartition, ListOffsetsResultInfo> ends(
            Admin admin, Map<TopicPartition, OffsetSpec> latest, IsolationLevel level) {
        return KafkaFutures.get(
                admin.listOffsets(latest, new ListOffsetsOptions(level)).all(), "reading ends");
    }
}
