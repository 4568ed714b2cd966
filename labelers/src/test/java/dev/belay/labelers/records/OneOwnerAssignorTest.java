package dev.belay.labelers.records;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class OneOwnerAssignorTest {
    private static final List<TopicPartition> ALL =
            List.of(new TopicPartition("t", 0), new TopicPartition("t", 1));

    private static final Cluster CLUSTER =
            new Cluster(
                    "cluster",
                    List.of(),
                    ALL.stream()
                            .map(p -> new PartitionInfo("t", p.partition(), null, null, null))
                            .toList(),
                    Set.of(),
                    Set.of());

    private final OneOwnerAssignor a = new OneOwnerAssignor();
    private final OneOwnerAssignor b = new OneOwnerAssignor();

    @Test
    void whoHasThePartitionsKeepsThemAndAnotherTakesOver() {
        assertEquals(Map.of("b", ALL), assign(Map.of("b", b), 1));
        assertEquals(Map.of("a", List.of(), "b", ALL), assign(Map.of("a", a, "b", b), 2));
        assertEquals(Map.of("a", ALL), assign(Map.of("a", a), 3));
        // one that comes back with what it had before is behind
        assertEquals(Map.of("a", ALL, "b", List.of()), assign(Map.of("a", a, "b", b), 4));
        // of new ones the first
        assertEquals(
                Map.of("c", ALL, "d", List.of()),
                assign(Map.of("d", new OneOwnerAssignor(), "c", new OneOwnerAssignor()), 5));
    }

    private static Map<String, List<TopicPartition>> assign(
            Map<String, OneOwnerAssignor> members, int generation) {
        Map<String, Subscription> subscriptions = new LinkedHashMap<>();
        members.forEach(
                (id, member) ->
                        subscriptions.put(
                                id,
                                new Subscription(
                                        List.of("t"), member.subscriptionUserData(Set.of("t")))));
        Map<String, Assignment> assigned =
                new OneOwnerAssignor()
                        .assign(CLUSTER, new GroupSubscription(subscriptions))
                        .groupAssignment();
        Map<String, List<TopicPartition>> partitions = new TreeMap<>();
        assigned.forEach(
                (id, assignment) -> {
                    Objects.requireNonNull(members.get(id)).assigned(assignment, generation);
                    partitions.put(id, assignment.partitions());
                });
        return partitions;
    }
}
