package dev.belay.runtime.clients;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes records that can't be read or are invalid to the dead letters, with their raw bytes;
 * headers {@code belay.topic}, {@code belay.partition}, {@code belay.offset}, {@code belay.service}
 * and {@code belay.reason} (UTF-8 text) give origin and reason; the record's own headers stay. Sent
 * in the service's own transaction, they are exactly-once. {@code belay.model} is set if only one
 * model cannot process the record.
 *
 * <p>A dead letter is larger than its record by its headers. So a key or value of more than 400,000
 * bytes is cut to that length, and {@code belay.truncated} has the original sizes; the whole record
 * is at its origin.
 */
public final class DeadLetters {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

    /** Header of a record that only one model cannot process: the model's id. */
    public static final String MODEL = "belay.model";

    /** Header of a record of a task's source: the task. */
    public static final String TASK = "belay.task";

    /** Header of the reason. */
    public static final String REASON = "belay.reason";

    /** Beginning of the names of headers that Belay sets. */
    public static final String PREFIX = "belay.";

    private static final int MAX_BYTES = 400_000;
    private static final int MAX_HEADER_BYTES = 100_000;
    private static final int MAX_REASON = 1_000;

    private final Clients clients;
    private final String service;

    /** Topics of which one letter was logged. */
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    public DeadLetters(Clients clients, String service) {
        this.clients = clients;
        this.service = service;
    }

    /** Where a record was found. */
    public record Place(String topic, int partition, long offset) {}

    /** Key, value and headers of a dead letter. */
    public record Letter(byte @Nullable [] key, byte @Nullable [] value, Headers headers) {}

    /** The dead letter of a record; also counts it ({@code belay.dead.letters}). */
    public ProducerRecord<byte[], byte[]> of(ConsumerRecord<byte[], byte[]> record, String reason) {
        Place place = new Place(record.topic(), record.partition(), record.offset());
        if (logged.add(record.topic())) {
            LOG.warn(
                    "{} sends a record of {} to the dead letters (partition {}, offset {}): {}; further"
                            + " ones are counted as belay_dead_letters",
                    service,
                    place.topic(),
                    place.partition(),
                    place.offset(),
                    reason);
        }
        Letter letter =
                of(
                        clients.meters(),
                        service,
                        place,
                        record.key(),
                        record.value(),
                        record.headers(),
                        reason);
        return new ProducerRecord<>(
                clients.topics().deadLetters(),
                null,
                record.timestamp() < 0 ? null : record.timestamp(),
                letter.key(),
                letter.value(),
                letter.headers());
    }

    /** The same for a record that one model cannot encode; names the model in {@link #MODEL}. */
    public ProducerRecord<byte[], byte[]> notEncoded(
            ConsumerRecord<byte[], byte[]> record, String model, String reason) {
        var letter = of(record, model + " cannot encode its text: " + reason);
        header(letter.headers(), MODEL, model);
        return letter;
    }

    /** The same for a record of a task's source; names the task in {@link #TASK}. */
    public ProducerRecord<byte[], byte[]> ofSource(
            ConsumerRecord<byte[], byte[]> record, String task, String reason) {
        var letter = of(record, reason);
        header(letter.headers(), TASK, task);
        return letter;
    }

    /** Counter of the dead letters that a service sent of a topic's records. */
    public static Counter counter(MeterRegistry meters, String service, String topic) {
        return meters.counter("belay.dead.letters", "service", service, "topic", topic);
    }

    /** The content of a dead letter, for callers that send it themselves; also counts it. */
    public static Letter of(
            MeterRegistry meters,
            String service,
            Place place,
            byte @Nullable [] key,
            byte @Nullable [] value,
            Headers original,
            String reason) {
        counter(meters, service, place.topic()).increment();
        Headers headers = new RecordHeaders();
        int bytes = size(original);
        if (bytes <= MAX_HEADER_BYTES) {
            original.forEach(
                    header -> {
                        if (!header.key().startsWith(PREFIX)) {
                            headers.add(header);
                        }
                    });
        }
        header(headers, "belay.topic", place.topic());
        header(headers, "belay.partition", Integer.toString(place.partition()));
        header(headers, "belay.offset", Long.toString(place.offset()));
        header(headers, "belay.service", service);
        header(headers, REASON, reason.substring(0, Math.min(MAX_REASON, reason.length())));
        if (size(key) > MAX_BYTES || size(value) > MAX_BYTES || bytes > MAX_HEADER_BYTES) {
            header(
                    headers,
                    "belay.truncated",
                    "key of %d bytes, value of %d bytes, headers of %d bytes"
                            .formatted(size(key), size(value), bytes));
        }
        return new Letter(fitting(key), fitting(value), headers);
    }

    private static int size(Headers headers) {
        int bytes = 0;
        for (Header header : headers) {
            bytes += header.key().length() + size(header.value());
        }
        return bytes;
    }

    private static int size(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private static byte @Nullable [] fitting(byte @Nullable [] bytes) {
        return size(bytes) <= MAX_BYTES ? bytes : Arrays.copyOf(bytes, MAX_BYTES);
    }

    private static void header(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
