package dev.belay.schemas;

import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** {@link EventCodec} as Kafka's serde of one event type, for Kafka Streams; null stays null. */
public record EventSerde<T extends SpecificRecord>(EventCodec codec, Class<T> type)
        implements Serde<T> {
    @Override
    public Serializer<T> serializer() {
        return codec::encode;
    }

    @Override
    public Deserializer<T> deserializer() {
        return this::decode;
    }

    private @Nullable T decode(String topic, byte @Nullable [] bytes) {
        return bytes == null ? null : codec.decode(topic, bytes, type);
    }
}
