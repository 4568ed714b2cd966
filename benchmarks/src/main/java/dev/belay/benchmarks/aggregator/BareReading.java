package dev.belay.benchmarks.aggregator;

import dev.belay.benchmarks.harness.CacheClearing;
import dev.belay.benchmarks.harness.Stage;
import dev.belay.runtime.clients.Clients;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Truth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * The limit of an aggregator: one {@code read_committed} consumer that reads and decodes the same
 * truth and blocks and does nothing with them.
 */
final class BareReading {
    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final Duration AT_MOST = Duration.ofMinutes(3);

    private BareReading() {}

    /** What decodes a block. */
    enum Decoder {
        /** Avro's own, into the generated class: what any consumer has. */
        AVRO {
            @Override
            int rows(EventCodec codec, String topic, byte[] bytes) {
                return codec.decode(topic, bytes, PredictionBlock.class).getIds().size();
            }
        },
        /** Belay's, into columns of numbers, the bytes of the ids left where they are. */
        COLUMNS {
            @Override
            int rows(EventCodec codec, String topic, byte[] bytes) {
                return codec.columns(topic, bytes).rows();
            }
        };

        abstract int rows(EventCodec codec, String topic, byte[] bytes);
    }

    /**
     * Reads all that there is.
     *
     * @param data clients of the data's own topics
     * @return seconds from the first record read to the last decoded
     */
    static double seconds(Clients data, Sweeps sweeps, int toCheckpoint, Decoder decoder) {
        String truth = data.topics().truth(Sweeps.TASK);
        String predictions = data.topics().predictions(Sweeps.TASK);
        List<TopicPartition> all = new ArrayList<>();
        for (int p = 0; p < Stage.PARTITIONS; p++) {
            all.add(new TopicPartition(truth, p));
            all.add(new TopicPartition(predictions, p));
        }
        CacheClearing.clear();
        try (Consumer<byte[], byte[]> consumer = data.consumer(null, "bench-bare")) {
            consumer.assign(all);
            consumer.seekToBeginning(all);
            long rows = 0;
            long truths = 0;
            long beginNs = 0;
            long deadline = System.nanoTime() + AT_MOST.toNanos();
            long expected = sweeps.predictions(toCheckpoint);
            while (rows < expected || truths < sweeps.examples()) {
                for (var record : consumer.poll(WAIT)) {
                    if (beginNs == 0) beginNs = System.nanoTime();
                    if (record.topic().equals(truth)) {
                        data.codec().decode(truth, record.value(), Truth.class);
                        truths++;
                    } else {
                        rows += decoder.rows(data.codec(), predictions, record.value());
                    }
                }
                if (System.nanoTime() > deadline)
                    throw new IllegalStateException(
                            "read " + rows + " of " + expected + " predictions");
            }
            if (rows != expected)
                throw new IllegalStateException(
                        "read " + rows + " predictions, expected " + expected);
            return (System.nanoTime() - beginNs) / 1e9;
        }
    }
}
