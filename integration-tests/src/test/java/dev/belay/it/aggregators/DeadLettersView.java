package dev.belay.it.aggregators;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** What has come to {@code belay.dead-letters}. */
final class DeadLettersView implements AutoCloseable {
    private static final int MOST_BYTES = 400_000;

    private final RawLog log;
    private final List<ConsumerRecord<byte[], byte[]>> letters = new ArrayList<>();

    DeadLettersView(String bootstrapServers) {
        this.log = new RawLog(bootstrapServers, List.of("belay.dead-letters"));
    }

    void poll(Duration wait) {
        letters.addAll(log.poll(wait));
    }

    int size() {
        return letters.size();
    }

    /** Where a record is, as the headers say it. */
    static String place(ConsumerRecord<byte[], byte[]> record) {
        return record.topic() + "-" + record.partition() + "@" + record.offset();
    }

    /**
     * Asserts that there is one letter for each bad record and no other, with its bytes and a
     * reason.
     *
     * @param bad by their places
     */
    void require(Map<String, ConsumerRecord<byte[], byte[]>> bad) {
        List<String> unexpected = new ArrayList<>();
        TreeSet<String> missing = new TreeSet<>(bad.keySet());
        for (ConsumerRecord<byte[], byte[]> letter : letters) {
            String place =
                    header(letter, "belay.topic")
                            + "-"
                            + header(letter, "belay.partition")
                            + "@"
                            + header(letter, "belay.offset");
            ConsumerRecord<byte[], byte[]> from = bad.get(place);
            if (from == null || !missing.remove(place)) {
                unexpected.add(place + ": " + header(letter, "belay.reason"));
                continue;
            }
            assertEquals("aggregator", header(letter, "belay.service"));
            assertFalse(header(letter, "belay.reason").isBlank(), place);
            assertArrayEquals(fitting(from.value()), letter.value(), place);
            assertArrayEquals(fitting(from.key()), letter.key(), place);
        }
        assertEquals(List.of(), unexpected, "letters of good records, or twice");
        assertEquals(List.of(), List.copyOf(missing), "bad records without a letter");
    }

    private static byte @Nullable [] fitting(byte @Nullable [] bytes) {
        return bytes == null || bytes.length <= MOST_BYTES
                ? bytes
                : Arrays.copyOf(bytes, MOST_BYTES);
    }

    private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        Header header = letter.headers().lastHeader(name);
        if (header == null) {
            throw new AssertionError("a dead letter without " + name);
        }
        return new String(header.value(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        log.close();
    }
}
