package dev.belay.labelers.records;

import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.internals.AbstractPartitionAssignor;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Gives all partitions of a group to one of its members: to the one that had them last, so that
 * others may join and leave, else to the one with the lowest id. All members subscribe to the same
 * topics.
 */
public final class OneOwnerAssignor extends AbstractPartitionAssignor {
    private static final int NEVER = -1;

    /** Of the group when this member last had partitions. */
    private int generation = NEVER;

    /** Settings of a consumer whose group has one owner. */
    public static Map<String, Object> consumer() {
        return Map.of("partition.assignment.strategy", List.of(OneOwnerAssignor.class));
    }

    @Override
    public String name() {
        return "one-owner";
    }

    @Override
    public ByteBuffer subscriptionUserData(Set<String> topics) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(0, generation);
    }

    @Override
    public void onAssignment(Assignment assignment, ConsumerGroupMetadata metadata) {
        assigned(assignment, metadata.generationId());
    }

    void assigned(Assignment assignment, int inGeneration) {
        generation = assignment.partitions().isEmpty() ? NEVER : inGeneration;
    }

    @Override
    public Map<String, List<TopicPartition>> assign(
            Map<String, Integer> partitionsPerTopic, Map<String, Subscription> subscriptions) {
        Map<String, List<TopicPartition>> assignment = new HashMap<>();
        subscriptions.keySet().forEach(member -> assignment.put(member, new ArrayList<>()));
        // a sorted map, so the lowest id is the first of equal ones
        String owner =
                new TreeMap<>(subscriptions)
                        .entrySet().stream()
                                .min(
                                        Comparator.comparingInt(
                                                e -> -lastHad(e.getValue().userData())))
                                .orElseThrow()
                                .getKey();
        List<TopicPartition> all = new ArrayList<>();
        partitionsPerTopic.forEach((topic, count) -> all.addAll(partitions(topic, count)));
        assignment.put(owner, all);
        return assignment;
    }

    private static int lastHad(@Nullable ByteBuffer data) {
        return data == null || data.remaining() < Integer.BYTES
                ? NEVER
                : data.getInt(data.position());
    }
}
