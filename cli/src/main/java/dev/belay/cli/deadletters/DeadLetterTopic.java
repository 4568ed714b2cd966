package dev.belay.cli.deadletters;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.topics.KafkaFutures;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DeleteRecordsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * The topic of dead letters. A dead letter is redriven in a transaction that also writes a record
 * to this topic that marks it, so that it is sent back once, whenever the command is killed or
 * repeated.
 */
final class DeadLetterTopic {
    private static final Duration ROUND = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PER_TRANSACTION = 500;

    private final Clients clients;
    private final String topic;

    DeadLetterTopic(Clients clients) {
        this.clients = clients;
        this.topic = clients.topics().deadLetters();
    }

    /** All dead letters that are committed now, in order of time. */
    List<StoredDeadLetter> all() {
        List<ConsumerRecord<byte[], byte[]>> records = records();
        Set<String> redriven = new HashSet<>();
        records.forEach(r -> redriven.add(StoredDeadLetter.header(r.headers(), "redriven")));
        List<StoredDeadLetter> deadLetters = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.headers().lastHeader(StoredDeadLetter.REDRIVEN) == null) {
                deadLetters.add(
                        new StoredDeadLetter(
                                record, redriven.contains(StoredDeadLetter.place(record))));
            }
        }
        deadLetters.sort((a, b) -> Long.compare(a.record().timestamp(), b.record().timestamp()));
        return deadLetters;
    }

    /** Chooses dead letters among those that are not redriven yet. */
    interface Selection {
        List<StoredDeadLetter> of(List<StoredDeadLetter> deadLetters);
    }

    /**
     * Sends dead letters back to their topics, each once: records of Belay's own topics to the
     * partition of their key, others to the one that they came from.
     *
     * @return those that were sent
     * @throws IllegalArgumentException when the whole record of a truncated dead letter is no
     *     longer at its origin; nothing of its transaction is sent
     */
    List<StoredDeadLetter> redrive(Selection selection) {
        try (Producer<byte[], byte[]> producer =
                clients.producer(clients.topics().prefix() + "redrive")) {
            // fences an earlier redrive and completes its transaction, so that its marks are read
            producer.initTransactions();
            List<StoredDeadLetter> selected =
                    selection.of(
                            all().stream().filter(deadLetter -> !deadLetter.redriven()).toList());
            for (int from = 0; from < selected.size(); from += PER_TRANSACTION) {
                List<ProducerRecord<byte[], byte[]>> batch = new ArrayList<>();
                for (StoredDeadLetter deadLetter :
                        selected.subList(from, Math.min(from + PER_TRANSACTION, selected.size()))) {
                    batch.add(back(deadLetter));
                    batch.add(mark(deadLetter));
                }
                producer.beginTransaction();
                batch.forEach(
                        record -> {
                            var unused = producer.send(record);
                        });
                producer.commitTransaction(); // throws what a send has failed with
            }
            return selected;
        }
    }

    /**
     * Deletes dead letters.
     *
     * @param beforeMs of dead letters with an earlier timestamp; null: all
     * @return records deleted, transaction markers among them
     */
    long purge(@Nullable Long beforeMs) {
        try (Admin admin = clients.admin();
                Consumer<byte[], byte[]> consumer = clients.consumer(null, "dead-letters")) {
            Map<TopicPartition, Long> firsts = consumer.beginningOffsets(partitions(consumer));
            Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
            Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
            firsts.keySet()
                    .forEach(
                            p -> {
                                latest.put(p, OffsetSpec.latest());
                                wanted.put(
                                        p,
                                        beforeMs == null
                                                ? OffsetSpec.latest()
                                                : OffsetSpec.forTimestamp(beforeMs));
                            });
            var ends =
                    KafkaFutures.get(admin.listOffsets(latest).all(), "reading ends of " + topic);
            Map<TopicPartition, RecordsToDelete> delete = new HashMap<>();
            long[] deleted = {0};
            KafkaFutures.get(admin.listOffsets(wanted).all(), "reading offsets of " + topic)
                    .forEach(
                            (p, found) -> {
                                // -1: no record that late
                                long to =
                                        found.offset() < 0
                                                ? Objects.requireNonNull(ends.get(p)).offset()
                                                : found.offset();
                                deleted[0] += Math.max(0, to - firsts.getOrDefault(p, 0L));
                                delete.put(p, RecordsToDelete.beforeOffset(to));
                            });
            KafkaFutures.get(
                    admin.deleteRecords(delete, new DeleteRecordsOptions()).all(),
                    "deleting records of " + topic,
                    AclOperation.DELETE);
            return deleted[0];
        }
    }

    private ProducerRecord<byte[], byte[]> back(StoredDeadLetter deadLetter) {
        ConsumerRecord<byte[], byte[]> from =
                deadLetter.isTruncated() ? origin(deadLetter) : deadLetter.record();
        boolean byKey =
                from.key() != null && deadLetter.topic().startsWith(clients.topics().prefix());
        Headers headers = deadLetter.isTruncated() ? from.headers() : deadLetter.original();
        return new ProducerRecord<>(
                deadLetter.topic(),
                byKey ? null : deadLetter.partition(),
                deadLetter.record().timestamp(),
                from.key(),
                from.value(),
                headers);
    }

    private ProducerRecord<byte[], byte[]> mark(StoredDeadLetter deadLetter) {
        Headers headers = new RecordHeaders();
        headers.add(StoredDeadLetter.REDRIVEN, deadLetter.place().getBytes(StandardCharsets.UTF_8));
        return new ProducerRecord<>(
                topic,
                deadLetter.record().partition(),
                null,
                deadLetter.record().key(),
                null,
                headers);
    }

    /** The record at a dead letter's origin. */
    private ConsumerRecord<byte[], byte[]> origin(StoredDeadLetter deadLetter) {
        TopicPartition at = new TopicPartition(deadLetter.topic(), deadLetter.partition());
        try (Consumer<byte[], byte[]> consumer = clients.consumer(null, "dead-letters")) {
            consumer.assign(List.of(at));
            if (consumer.beginningOffsets(List.of(at)).getOrDefault(at, 0L)
                    <= deadLetter.offset()) {
                consumer.seek(at, deadLetter.offset());
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(PATIENCE)) {
                    if (record.offset() == deadLetter.offset()) {
                        return record;
                    }
                }
            }
        }
        throw new IllegalArgumentException(
                "dead letter %s is cut, and %s no longer has the whole record at offset %d"
                        .formatted(deadLetter.place(), at, deadLetter.offset()));
    }

    private List<ConsumerRecord<byte[], byte[]>> records() {
        try (Consumer<byte[], byte[]> consumer = clients.consumer(null, "dead-letters")) {
            List<TopicPartition> partitions = partitions(consumer);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (ends.entrySet().stream()
                    .anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
                consumer.poll(ROUND).forEach(records::add);
                if (System.nanoTime() > deadline) {
                    throw new TimeoutException(
                            "could not read %s to its end in %d s"
                                    .formatted(topic, PATIENCE.toSeconds()));
                }
            }
            return records;
        }
    }

    private List<TopicPartition> partitions(Consumer<byte[], byte[]> consumer) {
        return consumer.partitionsFor(topic).stream()
                .map(p -> new TopicPartition(p.topic(), p.partition()))
                .toList();
    }
}
