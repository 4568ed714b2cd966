package dev.belay.aggregators.state;

import dev.belay.aggregators.counting.IdList;
import dev.belay.aggregators.counting.Slices;
import dev.belay.aggregators.counting.TruthHistory;
import dev.belay.aggregators.state.EventReader.Origin;
import dev.belay.aggregators.statistics.counts.ClusterSums;
import dev.belay.schemas.BlockColumns;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Values of the strays topic. Truth: {@code T}, class (4 bytes; -1 retracted), event time (8
 * bytes), id in UTF-8; with a group {@code G} and the same, the cluster (2 bytes) before the id;
 * with tags {@code S} and the same, cluster (or -1) and slices before the id. Block: {@code B},
 * partition (4 bytes) and offset (8 bytes) in the predictions topic of the block it is a part of,
 * the part in the wire format.
 */
public final class StrayFormat {
    private static final int TRUTH_HEADER_BYTES = 13;
    private static final int BLOCK_HEADER_BYTES = 13;

    private StrayFormat() {}

    public static byte[] of(ShardMessage.TruthChange change) {
        TruthHistory.Version version = change.version();
        if (!version.slices().isEmpty()) {
            return sliced(version, change.id());
        }
        boolean grouped = version.cluster() != ClusterSums.NONE;
        int bytes = TRUTH_HEADER_BYTES + (grouped ? Short.BYTES : 0) + change.id().length;
        ByteBuffer out = ByteBuffer.allocate(bytes).put((byte) (grouped ? 'G' : 'T'));
        out.putInt(version.label()).putLong(version.timeMs());
        if (grouped) {
            out.putShort((short) version.cluster());
        }
        return out.put(change.id()).array();
    }

    private static byte[] sliced(TruthHistory.Version version, byte[] id) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte('S');
            out.writeInt(version.label());
            out.writeLong(version.timeMs());
            out.writeShort(version.cluster());
            Formats.write(version.slices(), out);
            out.write(id);
        } catch (IOException e) {
            throw new SerializationException("cannot write a stray truth", e);
        }
        return bytes.toByteArray();
    }

    public static byte[] of(Origin origin, byte[] part) {
        return ByteBuffer.allocate(BLOCK_HEADER_BYTES + part.length)
                .put((byte) 'B')
                .putInt(origin.partition())
                .putLong(origin.offset())
                .put(part)
                .array();
    }

    /** Origin of a block in its own partition: {@code p} and the offset in 20 digits. */
    public static String origin(long offset) {
        return "p" + digits(offset);
    }

    /**
     * Origin of a stray: {@code s}, its offset in the strays topic in 20 digits, and partition and
     * offset of the block it is a part of.
     */
    public static String origin(long strayOffset, int partition, long offset) {
        return "s" + digits(strayOffset) + "-" + partition + "-" + offset;
    }

    private static String digits(long offset) {
        String digits = Long.toString(offset);
        return "0".repeat(20 - digits.length()) + digits;
    }

    /**
     * Reads what {@code origin} gave.
     *
     * @param topic the predictions
     * @param home the partition of those that are at home
     */
    public static Origin parse(String origin, String topic, int home) {
        String[] parts = origin.substring(1).split("-", -1);
        return parts.length == 1
                ? new Origin(topic, home, Long.parseLong(parts[0]))
                : new Origin(topic, Integer.parseInt(parts[1]), Long.parseLong(parts[2]));
    }

    /** Decodes strays in their own partition. They were validated when they were sent. */
    public static final class Arrival
            extends ContextualProcessor<byte[], byte[], byte[], ShardMessage> {
        private final EventReader reader;
        private final String predictionsTopic;

        public Arrival(EventReader reader, String predictionsTopic) {
            this.reader = reader;
            this.predictionsTopic = predictionsTopic;
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            ByteBuffer in = ByteBuffer.wrap(record.value());
            byte kind = in.get();
            ShardMessage flow =
                    switch (kind) {
                        case 'T' -> truth(in, ClusterSums.NONE);
                        case 'G' -> truth(in, in.getShort(TRUTH_HEADER_BYTES));
                        case 'S' -> sliced(record.value());
                        case 'B' ->
                                block(
                                        origin(offset(), in.getInt(1), in.getLong(5)),
                                        Arrays.copyOfRange(
                                                record.value(), BLOCK_HEADER_BYTES, in.capacity()));
                        default -> throw new SerializationException("not a stray: kind " + kind);
                    };
            context().forward(new Record<>(new byte[0], flow, record.timestamp()));
        }

        private static ShardMessage truth(ByteBuffer in, int cluster) {
            int id = TRUTH_HEADER_BYTES + (cluster == ClusterSums.NONE ? 0 : Short.BYTES);
            byte[] example = new byte[in.capacity() - id];
            in.get(id, example);
            return new ShardMessage.TruthChange(
                    example,
                    new TruthHistory.Version(in.getInt(1), in.getLong(5), cluster, Slices.NONE),
                    null);
        }

        private static ShardMessage sliced(byte[] bytes) {
            try (var in =
                    new DataInputStream(new ByteArrayInputStream(bytes, 1, bytes.length - 1))) {
                var version =
                        new TruthHistory.Version(
                                in.readInt(),
                                in.readLong(),
                                in.readShort(),
                                Formats.readSlices(in));
                return new ShardMessage.TruthChange(in.readAllBytes(), version, null);
            } catch (IOException e) {
                throw new SerializationException("cannot read a stray truth", e);
            }
        }

        private long offset() {
            return context()
                    .recordMetadata()
                    .orElseThrow(() -> new IllegalStateException("a stray without an origin"))
                    .offset();
        }

        private ShardMessage block(String origin, byte[] bytes) {
            BlockColumns block =
                    reader.columns(predictionsTopic, bytes, BlockColumns.KnownIds.NONE);
            return new ShardMessage.Block(block, new IdList(block.ids()), origin);
        }
    }
}
