package dev.belay.cli.check;

import dev.belay.runtime.clients.Clients;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.Truth;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Examples that the labeler {@code truth} skipped although they have truth now, among the first
 * examples that are read; and those whose truth it waits for. Examples, truth and truth labels are
 * to be added in this order.
 */
final class TruthCheck {
    /** Examples of which the id is kept. */
    private static final int MOST = 100_000;

    private final Clients clients;
    private final Map<TopicPartition, OffsetAndMetadata> committed;
    private final Map<String, Long> times = new HashMap<>(); // skipped, until a label is found
    private final Map<String, Long> delays = new HashMap<>();
    private final Map<Integer, AwaitedTruth> awaited;
    private long examples;

    /**
     * @param learned whether a model learns from truth
     */
    TruthCheck(Clients clients, String task, boolean learned) {
        this.clients = clients;
        this.awaited = new HashMap<>();
        if (learned) {
            try (Admin admin = clients.admin()) {
                committed = AwaitedTruth.committed(admin, clients, task);
            }
            AwaitedTruth.of(clients, task).forEach(a -> awaited.put(a.partition(), a));
        } else {
            committed = Map.of();
        }
    }

    void example(ConsumerRecord<byte[], byte[]> record, Example example) {
        OffsetAndMetadata at =
                committed.get(new TopicPartition(record.topic(), record.partition()));
        if (at != null && record.offset() < at.offset() && times.size() < MOST) {
            examples++;
            times.put(example.getId(), AwaitedTruth.timeMs(example.getEventTimeMs(), record));
        }
    }

    void truth(ConsumerRecord<byte[], byte[]> record, Truth truth) {
        Long time = times.get(truth.getId());
        if (time != null) {
            delays.put(truth.getId(), AwaitedTruth.timeMs(truth.getEventTimeMs(), record) - time);
        }
        awaited.values().removeIf(a -> a.example().equals(truth.getId()));
    }

    void label(Label label) {
        if (!label.getAbstained()) {
            delays.remove(label.getExample().getId());
        }
    }

    /**
     * What is wrong.
     *
     * @param complete whether all labels by truth were read
     */
    List<Finding> findings(boolean complete) {
        if (!complete || delays.isEmpty()) {
            return List.of();
        }
        long least = delays.values().stream().mapToLong(ms -> ms).min().orElseThrow();
        long greatest = delays.values().stream().mapToLong(ms -> ms).max().orElseThrow();
        Duration horizon = clients.settings().labelerTruthHorizon();
        return List.of(
                new Finding(
                        Finding.Kind.LATE_TRUTH,
                        "%,d of the first %,d examples got no truth label, and models that learn from truth have no use of them: their truth was %s to %s later, labeler.truth-horizon is %s"
                                .formatted(
                                        delays.size(),
                                        examples,
                                        days(Duration.ofMillis(least)),
                                        days(Duration.ofMillis(greatest)),
                                        days(horizon)),
                        "they stay skipped; set data.source.truth-time, or labeler.truth-horizon to"
                                + " the greatest delay, and read all again under another task.name"));
    }

    /** What is waited for, by partition: no problem as long as truth may still arrive. */
    List<String> notes() {
        Duration horizon = clients.settings().labelerTruthHorizon();
        return awaited.values().stream().map(a -> a.words(horizon)).toList();
    }

    private static String days(Duration time) {
        return time.toDays() >= 2 ? time.toDays() + "d" : time.toString();
    }
}
