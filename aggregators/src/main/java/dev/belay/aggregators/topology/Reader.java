package dev.belay.aggregators.topology;

import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.EventCodec;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Decodes events and makes dead letters of records that can't be read or make no sense, with the
 * headers all of Belay's dead letters have.
 */
final class Reader {
    private static final String SERVICE = "aggregator";

    private final EventCodec codec;
    private final MeterRegistry meters;

    Reader(EventCodec codec, MeterRegistry meters) {
        this.codec = codec;
        this.meters = meters;
    }

    EventCodec codec() {
        return codec;
    }

    MeterRegistry meters() {
        return meters;
    }

    /**
     * Decodes an event.
     *
     * @throws SerializationException if the bytes are no such event: the record's fault
     * @throws IllegalStateException if the schema registry did not answer: not the record's fault,
     *     so that the application must try again rather than give the record up
     */
    <T extends SpecificRecord> T decode(String topic, byte[] bytes, Class<T> type) {
        try {
            return codec.decode(topic, bytes, type);
        } catch (SerializationException e) {
            throw notTheRegistrys(e);
        }
    }

    /** As {@link #decode}, of a prediction block. */
    BlockColumns columns(String topic, byte[] bytes) {
        try {
            return codec.columns(topic, bytes);
        } catch (SerializationException e) {
            throw notTheRegistrys(e);
        }
    }

    // Avro ends broken bytes with EOFException; other I/O errors are the registry's
    private static SerializationException notTheRegistrys(SerializationException e) {
        if (e.getCause() instanceof IOException && !(e.getCause() instanceof EOFException)) {
            throw new IllegalStateException("the schema registry did not answer", e);
        }
        return e;
    }

    /** The letter; also counts it ({@code belay.dead.letters}). */
    Record<byte[], Flow> deadLetter(
            byte @Nullable [] key,
            byte @Nullable [] value,
            long timestampMs,
            Origin origin,
            String reason) {
        meters.counter("belay.dead.letters", "service", SERVICE, "topic", origin.topic())
                .increment();
        Headers headers = new RecordHeaders();
        header(headers, "belay.topic", origin.topic());
        header(headers, "belay.partition", Integer.toString(origin.partition()));
        header(headers, "belay.offset", Long.toString(origin.offset()));
        header(headers, "belay.service", SERVICE);
        header(headers, "belay.reason", reason);
        return new Record<>(
                key == null ? new byte[0] : key,
                new Flow.DeadLetter(value == null ? null : Bytes.wrap(value)),
                Math.max(0, timestampMs),
                headers);
    }

    /** Where a record came from. */
    record Origin(String topic, int partition, long offset) {}

    private static void header(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
