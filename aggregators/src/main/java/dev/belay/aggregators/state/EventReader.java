package dev.belay.aggregators.state;

import dev.belay.runtime.clients.DeadLetters;
import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.EventCodec;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Decodes events and makes dead letters of records that can't be read or are invalid, with the
 * headers of all of Belay's dead letters.
 */
public final class EventReader {
    public static final String SERVICE = "aggregator";

    private final EventCodec codec;
    private final MeterRegistry meters;

    public EventReader(EventCodec codec, MeterRegistry meters) {
        this.codec = codec;
        this.meters = meters;
    }

    public EventCodec codec() {
        return codec;
    }

    public MeterRegistry meters() {
        return meters;
    }

    /**
     * Decodes an event.
     *
     * @throws SerializationException if the bytes are no such event: the record's fault
     * @throws IllegalStateException if the schema registry did not answer: not the record's fault,
     *     so the application must retry rather than skip the record
     */
    public <T extends SpecificRecord> T decode(String topic, byte[] bytes, Class<T> type) {
        try {
            return codec.decode(topic, bytes, type);
        } catch (SerializationException e) {
            throw notTheRegistrys(e);
        }
    }

    /** As {@link #decode}, of a prediction block, whose ids may be known. */
    public BlockColumns columns(String topic, byte[] bytes, BlockColumns.KnownIds known) {
        try {
            return codec.columns(topic, bytes, known);
        } catch (SerializationException e) {
            throw notTheRegistrys(e);
        }
    }

    private static SerializationException notTheRegistrys(SerializationException e) {
        if (EventCodec.isOutage(e)) {
            throw new IllegalStateException("the schema registry did not answer", e);
        }
        return e;
    }

    /** The letter; also counts it ({@code belay.dead.letters}). */
    public Record<byte[], ShardMessage> deadLetter(
            byte @Nullable [] key,
            byte @Nullable [] value,
            long timestampMs,
            Origin origin,
            String reason) {
        var letter = letter(new Record<>(key, value, Math.max(0, timestampMs)), origin, reason);
        return letter.withValue(
                new ShardMessage.DeadLetter(
                        letter.value() == null ? null : Bytes.wrap(letter.value())));
    }

    /** The letter for a record as it came; also counts it ({@code belay.dead.letters}). */
    public Record<byte[], byte[]> letter(
            Record<byte[], byte[]> record, Origin origin, String reason) {
        DeadLetters.Letter letter =
                DeadLetters.of(
                        meters,
                        SERVICE,
                        new DeadLetters.Place(origin.topic(), origin.partition(), origin.offset()),
                        record.key(),
                        record.value(),
                        record.headers(),
                        reason);
        return new Record<>(letter.key(), letter.value(), record.timestamp(), letter.headers());
    }

    /** Where a record came from. */
    public record Origin(String topic, int partition, long offset) {}
}
