package dev.belay.aggregators.catalog;

import static org.apache.kafka.common.serialization.Serdes.ByteArray;

import dev.belay.aggregators.state.EventReader;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Writes the dead letters of the installation's topics, once for all tasks and instances. Every
 * instance reads these topics into its catalogs ({@link CatalogStore}); here one member of one
 * group checks each record. Both reject the same records.
 *
 * <pre>
 * belay.models ───────┐
 * belay.labelers ─────┼─► check ─► belay.dead-letters
 * belay.checkpoints ──┘
 * </pre>
 *
 * Stateless; dead letters and offsets in one transaction.
 */
public final class CatalogDeadLetters {
    private CatalogDeadLetters() {}

    public static Topology build(Topics topics, EventCodec codec, MeterRegistry meters) {
        var events = new CatalogEvents(new EventReader(codec, meters), topics);
        var builder = new StreamsBuilder();
        builder.stream(
                        List.of(topics.models(), topics.labelers(), topics.checkpoints()),
                        Consumed.<byte[], byte[]>as("catalog-source")
                                .withKeySerde(ByteArray())
                                .withValueSerde(ByteArray()))
                .process(() -> new Check(events), Named.as("check"))
                .to(
                        topics.deadLetters(),
                        Produced.<byte[], byte[]>as("dead-sink")
                                .withKeySerde(ByteArray())
                                .withValueSerde(ByteArray()));
        return builder.build();
    }

    private static final class Check extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
        private final CatalogEvents events;

        Check(CatalogEvents events) {
            this.events = events;
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            RecordMetadata at =
                    context()
                            .recordMetadata()
                            .orElseThrow(() -> new IllegalStateException("a record from nowhere"));
            String reason = reason(at.topic(), record);
            if (reason != null) {
                EventReader.Origin origin =
                        new EventReader.Origin(at.topic(), at.partition(), at.offset());
                context().forward(events.reader().letter(record, origin, reason));
            }
        }

        private @Nullable String reason(String topic, Record<byte[], byte[]> record) {
            String key =
                    record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
            try {
                if (topic.equals(events.topics().models())) {
                    events.spec(key, record.value());
                } else if (topic.equals(events.topics().labelers())) {
                    events.labeler(key, record.value());
                } else {
                    events.checkpoint(key, record.value());
                }
                return null;
            } catch (SerializationException e) {
                return String.valueOf(e.getMessage());
            }
        }
    }
}
