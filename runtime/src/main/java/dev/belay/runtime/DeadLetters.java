package dev.belay.runtime;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Records that can't be read or make no sense go to the dead letters with their raw bytes; headers
 * {@code belay.topic}, {@code belay.partition}, {@code belay.offset}, {@code belay.service} and
 * {@code belay.reason} (UTF-8 text) say where from and why. Send them in the service's own
 * transaction, so that they are exactly-once like all else.
 */
public final class DeadLetters {
    private final Clients clients;
    private final String service;

    public DeadLetters(Clients clients, String service) {
        this.clients = clients;
        this.service = service;
    }

    /** The letter for a record; also counts it ({@code belay.dead.letters}). */
    public ProducerRecord<byte[], byte[]> of(ConsumerRecord<byte[], byte[]> record, String reason) {
        clients.meters()
                .counter("belay.dead.letters", "service", service, "topic", record.topic())
                .increment();
        var letter =
                new ProducerRecord<>(
                        clients.topics().deadLetters(),
                        null,
                        record.timestamp() < 0 ? null : record.timestamp(),
                        record.key(),
                        record.value());
        header(letter, "belay.topic", record.topic());
        header(letter, "belay.partition", Integer.toString(record.partition()));
        header(letter, "belay.offset", Long.toString(record.offset()));
        header(letter, "belay.service", service);
        header(letter, "belay.reason", reason);
        return letter;
    }

    private static void header(ProducerRecord<byte[], byte[]> letter, String name, String value) {
        letter.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
