package dev.belay.cli.check;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.topics.KafkaFutures;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.events.Example;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * The next example of a partition that the labeler {@code truth} has not labelled: if it has no
 * truth, later examples of the partition wait for it too.
 *
 * @param timeMs event time, at most the time of its record
 */
public record AwaitedTruth(int partition, String example, long timeMs) {
    private static final Duration WITHIN = Duration.ofSeconds(20);
    private static final Duration ROUND = Duration.ofMillis(200);

    /** Committed offsets of the labeler {@code truth} in the examples of a task; without any: 0. */
    static Map<TopicPartition, OffsetAndMetadata> committed(
            Admin admin, Clients clients, String task) {
        String group = clients.topics().prefix() + task + ".labeler.truth";
        return KafkaFutures.get(
                admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(),
                "reading offsets of " + group);
    }

    /**
     * One for each partition in which there is an example that is not labelled, by partition.
     *
     * @throws TimeoutException when they can't be read in 20 s
     */
    public static List<AwaitedTruth> of(Clients clients, String task) {
        String topic = clients.topics().examples(task);
        List<AwaitedTruth> awaited = new ArrayList<>();
        try (Admin admin = clients.admin();
                Consumer<byte[], byte[]> consumer = clients.consumer(null, "awaited-truth")) {
            Map<TopicPartition, OffsetAndMetadata> committed = committed(admin, clients, task);
            List<TopicPartition> all =
                    consumer.partitionsFor(topic).stream()
                            .map(p -> new TopicPartition(topic, p.partition()))
                            .toList();
            consumer.assign(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            consumer.seekToBeginning(all);
            committed.forEach(
                    (p, at) -> {
                        if (at != null && all.contains(p)) {
                            consumer.seek(p, at.offset());
                        }
                    });
            Set<TopicPartition> open = new HashSet<>(all);
            long deadline = System.nanoTime() + WITHIN.toNanos();
            while (true) {
                open.removeIf(p -> consumer.position(p) >= ends.getOrDefault(p, 0L));
                consumer.pause(all.stream().filter(p -> !open.contains(p)).toList());
                if (open.isEmpty()) {
                    break;
                }
                if (System.nanoTime() > deadline) {
                    throw new TimeoutException("could not read " + topic + " in " + WITHIN);
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(ROUND)) {
                    if (open.remove(new TopicPartition(topic, record.partition()))) {
                        add(clients, record, awaited);
                    }
                }
            }
        }
        awaited.sort((a, b) -> Integer.compare(a.partition(), b.partition()));
        return awaited;
    }

    private static void add(
            Clients clients, ConsumerRecord<byte[], byte[]> record, List<AwaitedTruth> awaited) {
        if (record.value() == null) {
            return; // becomes a dead letter, as one that can't be decoded
        }
        try {
            Example example = clients.codec().decode(record.topic(), record.value(), Example.class);
            awaited.add(
                    new AwaitedTruth(
                            record.partition(),
                            example.getId(),
                            timeMs(example.getEventTimeMs(), record)));
        } catch (SerializationException e) {
            if (EventCodec.isOutage(e)) {
                throw e;
            }
        }
    }

    /** An event time as the labeler takes it: at most that of its record. */
    static long timeMs(long eventTimeMs, ConsumerRecord<byte[], byte[]> record) {
        return record.timestamp() < 0 ? eventTimeMs : Math.min(eventTimeMs, record.timestamp());
    }

    /** What is waited for, and until when, in words. */
    public String words(Duration horizon) {
        return "partition %d waits for truth of example '%s' of %s, until truth of the partition is later than %s (labeler.truth-horizon %s)"
                .formatted(
                        partition,
                        example,
                        Instant.ofEpochMilli(timeMs),
                        Instant.ofEpochMilli(timeMs).plus(horizon),
                        horizon.toDays() > 0 ? horizon.toDays() + "d" : horizon.toString());
    }
}
