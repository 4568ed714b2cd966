package dev.belay.labelers.records;

import static java.util.Comparator.comparingInt;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Gives all partitions of a group to one of its members: to the one that had them last, so that
 * others may join and leave, else to the one with the lowest id. All members subscribe to the same
 * topics.
 */
public final class OneOwnerAssignor implements ConsumerPartitionAssignor {
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
    public GroupAssignment assign(Cluster metadata, GroupSubscription group) {
        // sorted, so the lowest id is the first of equal ones
        var members = new TreeMap<>(group.groupSubscription());
        String owner =
                members.entrySet().stream()
                        .min(comparingInt(e -> -lastHad(e.getValue().userData())))
                        .orElseThrow()
                        .getKey();
        List<TopicPartition> all = new ArrayList<>();
        for (String topic : new TreeSet<>(Objects.requireNonNull(members.get(owner)).topics())) {
            metadata.partitionsForTopic(topic).stream()
                    .map(PartitionInfo::partition)
                    .sorted()
                    .forEach(p -> all.add(new TopicPartition(topic, p)));
        }
        Map<String, Assignment> assignments = new TreeMap<>();
        members.keySet()
                .forEach(
                        id ->
                                assignments.put(
                                        id, new Assignment(id.equals(owner) ? all : List.of())));
        return new GroupAssignment(assignments);
    }

    private static int lastHad(@Nullable ByteBuffer data) {
        return data == null || data.remaining() < Integer.BYTES
                ? NEVER
                : data.getInt(data.position());
    }
}
