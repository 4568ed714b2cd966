package dev.belay.aggregators.topology;

import dev.belay.aggregators.counting.Roster;
import dev.belay.aggregators.counting.Truths;
import dev.belay.schemas.BlockColumns;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Values of the strays topic. Truth: {@code T}, class (4 bytes; -1 taken back), event time (8
 * bytes), id in UTF-8. Block: {@code P}, the block in the wire format.
 */
final class StrayFormat {
    private static final int TRUTH_HEADER_BYTES = 13;

    private StrayFormat() {}

    static byte[] of(Flow.TruthChange change) {
        return ByteBuffer.allocate(TRUTH_HEADER_BYTES + change.id().length)
                .put((byte) 'T')
                .putInt(change.version().label())
                .putLong(change.version().timeMs())
                .put(change.id())
                .array();
    }

    static byte[] of(byte[] block) {
        return ByteBuffer.allocate(1 + block.length).put((byte) 'P').put(block).array();
    }

    /** Where a block came from: which topic, and the offset in 20 digits, so that they sort. */
    static String origin(char topic, long offset) {
        String digits = Long.toString(offset);
        return topic + "0".repeat(20 - digits.length()) + digits;
    }

    /** Reads strays where they belong. They were checked when they were sent. */
    static final class Arrival extends ContextualProcessor<byte[], byte[], byte[], Flow> {
        private final Reader reader;
        private final String predictionsTopic;

        Arrival(Reader reader, String predictionsTopic) {
            this.reader = reader;
            this.predictionsTopic = predictionsTopic;
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            ByteBuffer in = ByteBuffer.wrap(record.value());
            byte kind = in.get();
            Flow flow =
                    switch (kind) {
                        case 'T' ->
                                new Flow.TruthChange(
                                        Arrays.copyOfRange(
                                                record.value(), TRUTH_HEADER_BYTES, in.capacity()),
                                        new Truths.Version(in.getInt(1), in.getLong(5)));
                        case 'P' -> block(Arrays.copyOfRange(record.value(), 1, in.capacity()));
                        default -> throw new SerializationException("no stray: kind " + kind);
                    };
            context().forward(new Record<>(new byte[0], flow, record.timestamp()));
        }

        private Flow block(byte[] bytes) {
            long offset =
                    context()
                            .recordMetadata()
                            .orElseThrow(() -> new IllegalStateException("a stray from nowhere"))
                            .offset();
            BlockColumns block =
                    reader.columns(predictionsTopic, bytes, BlockColumns.KnownIds.NONE);
            return new Flow.Block(block, new Roster(block.ids()), origin('s', offset));
        }
    }
}
