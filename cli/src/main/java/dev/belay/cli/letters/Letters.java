package dev.belay.cli.letters;

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
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * The topic of dead letters. A letter is redriven in a transaction that also writes a record to
 * this topic that marks it, so that it is sent back once, whenever the command is killed or
 * repeated.
 */
final class Letters {
    private static final Duration ROUND = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PER_TRANSACTION = 500;

    private final Clients clients;
    private final String topic;

    Letters(Clients clients) {
        this.clients = clients;
        this.topic = clients.topics().deadLetters();
    }

    /** All letters that are committed now, in order of time. */
    List<StoredLetter> all() {
        List<ConsumerRecord<byte[], byte[]>> records = records();
        Set<String> redriven = new HashSet<>();
        records.forEach(r -> redriven.add(StoredLetter.header(r.headers(), "redriven")));
        List<StoredLetter> letters = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.headers().lastHeader(StoredLetter.REDRIVEN) == null) {
                letters.add(
                        new StoredLetter(record, redriven.contains(StoredLetter.place(record))));
            }
        }
        letters.sort((a, b) -> Long.compare(a.record().timestamp(), b.record().timestamp()));
        return letters;
    }

    /** Chooses letters among those that are not redriven yet. */
    interface Selection {
        List<StoredLetter> of(List<StoredLetter> letters);
    }

    /**
     * Sends letters back to their topics, each once: records of Belay's own topics to the partition
     * of their key, others to the one that they came from.
     *
     * @return those that were sent
     * @throws IllegalArgumentException when the whole record of a truncated letter is no longer at
     *     its origin; nothing of its transaction is sent
     */
    List<StoredLetter> redrive(Selection selection) {
        try (Producer<byte[], byte[]> producer =
                clients.producer(clients.topics().prefix() + "redrive")) {
            // fences an earlier redrive and completes its transaction, so that its marks are read
            producer.initTransactions();
            List<StoredLetter> selected =
                    selection.of(all().stream().filter(letter -> !letter.redriven()).toList());
            for (int from = 0; from < selected.size(); from += PER_TRANSACTION) {
                List<ProducerRecord<byte[], byte[]>> batch = new ArrayList<>();
                for (StoredLetter letter :
                        selected.subList(from, Math.min(from + PER_TRANSACTION, selected.size()))) {
                    batch.add(back(letter));
                    batch.add(mark(letter));
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
     * Deletes letters.
     *
     * @param beforeMs of letters with an earlier timestamp; null: all
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
                    "deleting records of " + topic);
            return deleted[0];
        }
    }

    private ProducerRecord<byte[], byte[]> back(StoredLetter letter) {
        ConsumerRecord<byte[], byte[]> from =
                letter.isTruncated() ? origin(letter) : letter.record();
        boolean byKey = from.key() != null && letter.topic().startsWith(clients.topics().prefix());
        Headers headers = letter.isTruncated() ? from.headers() : letter.original();
        return new ProducerRecord<>(
                letter.topic(),
                byKey ? null : letter.partition(),
                letter.record().timestamp(),
                from.key(),
                from.value(),
                headers);
    }

    private ProducerRecord<byte[], byte[]> mark(StoredLetter letter) {
        Headers headers = new RecordHeaders();
        headers.add(StoredLetter.REDRIVEN, letter.place().getBytes(StandardCharsets.UTF_8));
        return new ProducerRecord<>(
                topic, letter.record().partition(), null, letter.record().key(), null, headers);
    }

    /** The record at a letter's origin. */
    private ConsumerRecord<byte[], byte[]> origin(StoredLetter letter) {
        TopicPartition at = new TopicPartition(letter.topic(), letter.partition());
        try (Consumer<byte[], byte[]> consumer = clients.consumer(null, "dead-letters")) {
            consumer.assign(List.of(at));
            if (consumer.beginningOffsets(List.of(at)).getOrDefault(at, 0L) <= letter.offset()) {
                consumer.seek(at, letter.offset());
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(PATIENCE)) {
                    if (record.offset() == letter.offset()) {
                        return record;
                    }
                }
            }
        }
        throw new IllegalArgumentException(
                "letter %s is cut, and %s no longer has the whole record at offset %d"
                        .formatted(letter.place(), at, letter.offset()));
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
