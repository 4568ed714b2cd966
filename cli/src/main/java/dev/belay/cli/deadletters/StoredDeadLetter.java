package dev.belay.cli.deadletters;

import dev.belay.runtime.clients.DeadLetters;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A record of the topic of dead letters.
 *
 * @param redriven whether it was sent back to where it came from
 */
record StoredDeadLetter(ConsumerRecord<byte[], byte[]> record, boolean redriven) {
    /** Of a record that marks a dead letter as redriven: the dead letter's {@link #place()}. */
    static final String REDRIVEN = DeadLetters.PREFIX + "redriven";

    /** Partition and offset in the topic of dead letters. */
    static String place(ConsumerRecord<byte[], byte[]> record) {
        return record.partition() + ":" + record.offset();
    }

    String place() {
        return place(record);
    }

    /** Topic of the record that it is a dead letter of; empty for a record that is none. */
    String topic() {
        return header(record.headers(), "topic");
    }

    int partition() {
        return Integer.parseInt(header(record.headers(), "partition"));
    }

    long offset() {
        return Long.parseLong(header(record.headers(), "offset"));
    }

    String service() {
        return header(record.headers(), "service");
    }

    String reason() {
        return header(record.headers(), "reason");
    }

    /** The reason without what differs from record to record: numbers and quoted values. */
    String kind() {
        return reason().replaceAll("'[^']*'", "'…'").replaceAll("\\d[\\d.,]*", "N");
    }

    /** Whether the dead letter has not all bytes of its record. */
    boolean isTruncated() {
        return record.headers().lastHeader(DeadLetters.PREFIX + "truncated") != null;
    }

    String status() {
        return redriven ? "redriven" : isTruncated() ? "truncated" : "";
    }

    /** Headers of the original record. */
    Headers original() {
        Headers headers = new RecordHeaders();
        record.headers()
                .forEach(
                        header -> {
                            if (!header.key().startsWith(DeadLetters.PREFIX)) {
                                headers.add(header);
                            }
                        });
        return headers;
    }

    boolean matches(@Nullable String topic, @Nullable String reason, @Nullable String task) {
        return (topic == null || topic.equals(topic()))
                && (task == null || task.equals(header(record.headers(), "task")))
                && (reason == null
                        || reason().toLowerCase(Locale.ROOT)
                                .contains(reason.toLowerCase(Locale.ROOT)));
    }

    static String header(Headers headers, String name) {
        Header header = headers.lastHeader(DeadLetters.PREFIX + name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
