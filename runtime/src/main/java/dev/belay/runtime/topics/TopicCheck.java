package dev.belay.runtime.topics;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.jspecify.annotations.Nullable;

/** Queries the broker about topics. */
public record TopicCheck(Admin admin) {
    /** Any number of partitions. */
    public static final int ANY = 0;

    /**
     * A topic as the broker describes it.
     *
     * @param partitions 0 if there is a problem
     * @param problem why it is not known: it is missing, not allowed, or there was no answer
     */
    public record Found(String topic, int partitions, @Nullable String problem) {
        /**
         * Why work on it can't begin, or null.
         *
         * @param expected its partitions, or {@link TopicCheck#ANY}
         */
        public @Nullable String problem(int expected) {
            return problem != null || expected == ANY || partitions == expected
                    ? problem
                    : "%s has %s partitions, expected %s".formatted(topic, partitions, expected);
        }
    }

    /**
     * Why work on these topics can't begin, or null when all are there.
     *
     * @param partitions expected of each, or {@link #ANY}
     */
    public @Nullable String problem(Collection<String> topics, int partitions) {
        String problems =
                find(topics).values().stream()
                        .map(found -> found.problem(partitions))
                        .filter(Objects::nonNull)
                        .collect(Collectors.joining("; "));
        return problems.isEmpty() ? null : problems;
    }

    /** The topics of these names, in one request; one entry for each. */
    public Map<String, Found> find(Collection<String> topics) {
        Map<String, Found> all = new TreeMap<>();
        Map<String, KafkaFuture<TopicDescription>> asked =
                admin.describeTopics(topics).topicNameValues();
        asked.forEach(
                (topic, future) -> {
                    try {
                        int partitions =
                                KafkaFutures.get(future, "looking for topic " + topic)
                                        .partitions()
                                        .size();
                        all.put(topic, new Found(topic, partitions, null));
                    } catch (AccessDeniedException e) {
                        all.put(topic, new Found(topic, 0, String.valueOf(e.getMessage())));
                    } catch (ApiException e) {
                        all.put(topic, new Found(topic, 0, topic + ": " + e.getMessage()));
                    }
                });
        return all;
    }

    /** The end of a partition, records of open transactions included. */
    public long uncommittedEnd(TopicPartition partition) {
        var asked = admin.listOffsets(Map.of(partition, OffsetSpec.latest()));
        return KafkaFutures.get(
                        asked.partitionResult(partition), "asking for the end of " + partition)
                .offset();
    }
}
