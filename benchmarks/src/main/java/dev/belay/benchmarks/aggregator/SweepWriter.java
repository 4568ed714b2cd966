package dev.belay.benchmarks.aggregator;

import dev.belay.benchmarks.aggregator.Sweeps.Sweep;
import dev.belay.benchmarks.harness.Stage;
import dev.belay.runtime.clients.Clients;
import dev.belay.schemas.PredictionBlocks;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Writes sweeps in the blocks of their {@link Sweeps.Layout}, one transaction a sweep. The ids of a
 * block, the same in every sweep, are encoded once. Belongs to one thread.
 */
final class SweepWriter implements AutoCloseable {
    private static final int HEADER_BYTES = 5; // of the Confluent wire format

    private final Sweeps sweeps;
    private final String topic;
    private final byte[] header;
    private final List<Chunk> chunks = new ArrayList<>();
    private final Producer<byte[], byte[]> producer;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Examples whose predictions make a block, and their ids in Avro. */
    private record Chunk(int partition, List<Integer> examples, byte[] key, byte[] ids) {}

    /** Makes the data's topics and writes all but the sweeps. */
    SweepWriter(Clients clients, Sweeps sweeps) {
        this.sweeps = sweeps;
        this.topic = clients.topics().predictions(Sweeps.TASK);
        Stage stage = new Stage(clients);
        stage.task(Sweeps.TASK, List.of());
        stage.publish(sweeps.specs());
        stage.checkpoints(sweeps.written());
        stage.truth(Sweeps.TASK, sweeps.truths());
        List<List<Integer>> byPartition = new ArrayList<>();
        for (int p = 0; p < Stage.PARTITIONS; p++) byPartition.add(new ArrayList<>());
        for (int example = 0; example < sweeps.examples(); example++)
            byPartition.get(Stage.partition(Sweeps.id(example))).add(example);
        for (int p = 0; p < Stage.PARTITIONS; p++) {
            List<Integer> all = byPartition.get(p);
            int rows = sweeps.layout().rows();
            for (int from = 0; from < all.size(); from += rows)
                chunks.add(
                        chunk(
                                sweeps.layout().partition(p, from / rows),
                                all.subList(from, Math.min(all.size(), from + rows))));
        }
        Sweep first = sweeps.sweeps(1, 1).get(0);
        byte[] usual = clients.codec().encode(topic, event(first, chunks.get(0)));
        this.header = Arrays.copyOf(usual, HEADER_BYTES);
        if (!Arrays.equals(usual, bytes(first, chunks.get(0))))
            throw new IllegalStateException("a block is not written as the codec writes it");
        producer = clients.producer("bench-" + sweeps.name());
        producer.initTransactions();
    }

    /** Writes the sweeps of some checkpoints. */
    void write(int fromCheckpoint, int toCheckpoint) {
        sweeps.sweeps(fromCheckpoint, toCheckpoint).forEach(this::write);
    }

    /**
     * Writes a sweep.
     *
     * @return when its commit was asked for, {@link System#nanoTime}
     */
    long write(Sweep sweep) {
        producer.beginTransaction();
        for (Chunk chunk : chunks) {
            var record =
                    new ProducerRecord<>(
                            topic,
                            chunk.partition(),
                            System.currentTimeMillis(), // what is old is soon deleted
                            chunk.key(),
                            bytes(sweep, chunk));
            Future<?> unused = producer.send(record); // commitTransaction throws what failed
        }
        producer.flush();
        long committing = System.nanoTime();
        producer.commitTransaction();
        return committing;
    }

    @Override
    public void close() {
        producer.close();
    }

    private static Chunk chunk(int partition, List<Integer> examples) {
        var ids = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(ids, null);
        try {
            for (int example : examples) encoder.writeString(Sweeps.id(example));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // not from memory
        }
        byte[] key = Sweeps.id(examples.get(0)).getBytes(StandardCharsets.UTF_8);
        return new Chunk(partition, List.copyOf(examples), key, ids.toByteArray());
    }

    private byte[] bytes(Sweep sweep, Chunk chunk) {
        out.reset();
        out.writeBytes(header);
        int rows = chunk.examples().size();
        try {
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
            encoder.writeString(sweep.id());
            encoder.writeLong(sweep.checkpoint());
            encoder.writeEnum(Phase.getClassSchema().getEnumOrdinal(Phase.HOLDOUT.name()));
            encoder.writeInt(Stage.CLASSES.size());
            encoder.setItemCount(rows);
            encoder.writeFixed(chunk.ids());
            encoder.writeArrayEnd();
            encoder.setItemCount(rows);
            for (int row = 0; row < rows; row++) encoder.writeLong(Stage.TIME_MS);
            encoder.writeArrayEnd();
            encoder.setItemCount((long) rows * Stage.CLASSES.size());
            for (int example : chunk.examples()) {
                float first = Sweeps.first(sweep, example);
                encoder.writeFloat(first);
                encoder.writeFloat(1 - first);
            }
            encoder.writeArrayEnd();
            encoder.writeLong(sweeps.examples());
            encoder.writeBoolean(false); // no labels
            for (int column = 0; column < 2; column++) { // nothing abstained, no options
                encoder.writeArrayStart();
                encoder.setItemCount(0);
                encoder.writeArrayEnd();
            }
            encoder.writeInt(0); // the holdout's version
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // not from memory
        }
        return out.toByteArray();
    }

    private PredictionBlock event(Sweep sweep, Chunk chunk) {
        var blocks =
                new PredictionBlocks(
                        TaskKind.CLASSES,
                        sweep.id(),
                        sweep.checkpoint(),
                        Phase.HOLDOUT,
                        sweeps.examples());
        for (int example : chunk.examples()) {
            float first = Sweeps.first(sweep, example);
            blocks.add(Sweeps.id(example), Stage.TIME_MS, new float[] {first, 1 - first});
        }
        return blocks.blocks().get(0);
    }
}
