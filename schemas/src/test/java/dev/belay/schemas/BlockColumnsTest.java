package dev.belay.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

/** Columns hold what Avro's own decoder gives, whatever the bytes. */
class BlockColumnsTest {
    private final EventCodec codec = new EventCodec(new MockSchemaRegistryClient());
    private final Random random = new Random(3);

    @Test
    void columnsAreTheEvent() {
        for (int i = 0; i < 200; i++) {
            PredictionBlock block = block(random.nextInt(40));
            assertEquals(block, codec.columns("t", encoded(block)).toEvent());
        }
    }

    @Test
    void arraysInPiecesAreReadToo() throws IOException {
        PredictionBlock block = block(300);
        byte[] header = Arrays.copyOf(encoded(block), 5);
        var out = new ByteArrayOutputStream();
        out.writeBytes(header);
        var pieces = new EncoderFactory().configureBlockSize(64).blockingBinaryEncoder(out, null);
        new SpecificDatumWriter<PredictionBlock>(PredictionBlock.getClassSchema())
                .write(block, pieces);
        pieces.flush();
        assertEquals(block, codec.columns("t", out.toByteArray()).toEvent());
    }

    @Test
    void mutatedBytesAreTakenOrRefusedAsByTheDecoder() {
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = encoded(block(random.nextInt(4)));
            byte[] bad = Arrays.copyOf(bytes, 5 + random.nextInt(bytes.length - 4));
            for (int flips = random.nextInt(4); flips > 0; flips--) {
                bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            }
            PredictionBlock expected;
            try {
                expected = codec.decode("t", bad, PredictionBlock.class);
            } catch (SerializationException e) {
                assertThrows(SerializationException.class, () -> codec.columns("t", bad));
                continue;
            }
            // what no reader of columns needs, they do not hold
            expected = PredictionBlock.newBuilder(expected).setHoldoutVersion(0).build();
            assertEquals(expected, codec.columns("t", bad).toEvent());
        }
    }

    @Test
    void knownIdsAreNotReadAgain() {
        byte[] bytes = encoded(block(20));
        codec.columns("t", bytes); // now the writer's schema is known
        BlockColumns before = codec.columns("t", bytes);
        BlockColumns.Ids ids = before.ids();

        BlockColumns again =
                codec.columns(
                        "t",
                        bytes,
                        (in, from, count) -> from == ids.from() && count == 20 ? ids : null);

        assertSame(ids, again.ids());
        assertEquals(before.toEvent(), again.toEvent());
    }

    @Test
    void someRowsAreThoseOfTheEvent() {
        for (int i = 0; i < 200; i++) {
            PredictionBlock block = block(1 + random.nextInt(6));
            boolean choice = block.getClasses() == 0;
            PredictionBlock expected =
                    PredictionBlock.newBuilder(block)
                            .setIds(new ArrayList<>())
                            .setEventTimesMs(new ArrayList<>())
                            .setProbabilities(new ArrayList<>())
                            .setAbstained(new ArrayList<>())
                            .setOptionCounts(new ArrayList<>())
                            .build();
            int[] rows =
                    IntStream.range(0, block.getIds().size())
                            .filter(row -> random.nextBoolean())
                            .toArray();
            for (int row : rows) {
                if (block.getAbstained().contains(row)) {
                    expected.getAbstained().add(expected.getIds().size());
                }
                expected.getIds().add(block.getIds().get(row));
                expected.getEventTimesMs().add(block.getEventTimesMs().get(row));
                int from = 0;
                for (int before = 0; before < row; before++) {
                    from += choice ? block.getOptionCounts().get(before) : block.getClasses();
                }
                int size = choice ? block.getOptionCounts().get(row) : block.getClasses();
                if (choice) {
                    expected.getOptionCounts().add(size);
                }
                expected.getProbabilities()
                        .addAll(block.getProbabilities().subList(from, from + size));
            }
            assertEquals(expected, codec.columns("t", encoded(block)).select(rows).toEvent());
        }
    }

    @Test
    void timesThatAreAllTheSameAreOne() {
        assertTrue(BlockColumns.Times.of(7, 7, 7).isOne());
        assertEquals(7, BlockColumns.Times.of(7, 7, 7).at(2));
        assertFalse(BlockColumns.Times.of(7, 8).isOne());
        assertEquals(3, BlockColumns.Times.of(7, 8, 3).oldest());
        assertEquals(0, BlockColumns.Times.of().count());
    }

    private byte[] encoded(PredictionBlock block) {
        return Objects.requireNonNull(codec.encode("t", block));
    }

    /** Of a random task kind. */
    private PredictionBlock block(int rows) {
        boolean choice = random.nextBoolean();
        int classes = 2 + random.nextInt(3);
        int[] sizes =
                IntStream.range(0, rows)
                        .map(row -> choice ? 2 + random.nextInt(5) : classes)
                        .toArray();
        List<String> ids = new ArrayList<>();
        List<Long> times = new ArrayList<>();
        List<Float> probabilities = new ArrayList<>();
        List<Integer> abstained = new ArrayList<>();
        long time = random.nextLong();
        boolean oneTime = random.nextBoolean();
        for (int i = 0; i < rows; i++) {
            ids.add("é".repeat(random.nextInt(3)) + random.nextInt());
            times.add(oneTime ? time : random.nextLong());
            boolean abstains = random.nextInt(4) == 0;
            if (abstains) {
                abstained.add(i);
            }
            for (int k = 0; k < sizes[i]; k++) {
                probabilities.add(abstains ? 0 : random.nextFloat());
            }
        }
        Phase phase = random.nextBoolean() ? Phase.HOLDOUT : Phase.PROGRESSIVE;
        return EventFactory.block(
                "x/m#0@" + rows,
                random.nextLong(),
                phase,
                choice ? BlockRows.of(0, sizes) : BlockRows.ofClasses(classes),
                ids,
                times,
                probabilities,
                random.nextLong(),
                random.nextBoolean(),
                abstained,
                0);
    }
}
