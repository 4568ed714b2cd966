package dev.belay.aggregators.placement;

import dev.belay.aggregators.state.EventReader;
import dev.belay.aggregators.state.EventReader.Origin;
import dev.belay.aggregators.state.ShardMessage;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * First processor of every record: decodes and validates it, and routes it to the partition of its
 * example ids by Kafka's default partitioner (murmur2), whichever partitioner its producer used.
 */
abstract class Placement implements Processor<byte[], byte[], byte[], ShardMessage> {
    private final int partitions;
    private final EventReader reader;
    private ProcessorContext<byte[], ShardMessage> context;

    Placement(int partitions, EventReader reader) {
        this.partitions = partitions;
        this.reader = reader;
    }

    @Override
    public void init(ProcessorContext<byte[], ShardMessage> processorContext) {
        context = processorContext;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        RecordMetadata at =
                context.recordMetadata()
                        .orElseThrow(() -> new IllegalStateException("a record without an origin"));
        Origin origin = new Origin(at.topic(), at.partition(), at.offset());
        String reason;
        try {
            reason = place(record, origin);
        } catch (SerializationException e) {
            reason = String.valueOf(e.getMessage());
        }
        if (reason != null) {
            context.forward(
                    reader.deadLetter(
                            record.key(), record.value(), record.timestamp(), origin, reason));
        }
    }

    /**
     * Reads the record and forwards what is in it.
     *
     * @return why it is invalid (nothing was forwarded then), or null
     * @throws SerializationException if it can't be read
     */
    abstract @Nullable String place(Record<byte[], byte[]> record, Origin origin);

    EventReader reader() {
        return reader;
    }

    void here(Record<byte[], byte[]> record, ShardMessage flow) {
        context.forward(new Record<>(new byte[0], flow, record.timestamp()));
    }

    void elsewhere(Record<byte[], byte[]> record, byte[] id, byte[] bytes) {
        reader.meters().counter("belay.strays", "service", "aggregator").increment();
        context.forward(
                new Record<>(id, new ShardMessage.Stray(Bytes.wrap(bytes)), record.timestamp()));
    }

    /** The partition of an id in UTF-8. */
    int partitionOf(byte[] id) {
        return Utils.toPositive(Utils.murmur2(id)) % partitions;
    }
}
