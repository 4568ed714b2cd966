package dev.belay.aggregators.counting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.comparison.Comparison;
import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.events.Phase;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a board takes of the heap, as its javadoc states it. */
class PartitionStateSizeTest {
    private static final int CLASSES = 2;
    private static final int FEW = 2_048; // so few that no array is one of those G1 rounds up
    private static final int MANY = 10 * FEW;
    private static final int BOARDS = 10; // measured together
    private static final int ID_BYTES = 12;
    private static final int CHECKPOINTS = 20;

    /** Stated by {@link ExampleIndex}: beside the id, with its truth once. */
    private static final double EXAMPLE_BYTES = 180;

    /** Stated by {@link Column}, of a sweep. */
    private static final double PREDICTION_BYTES = 2 + 4 * CLASSES;

    private static final Lateness LATENESS =
            new Lateness(List.of(), Duration.ofHours(1), Duration.ofDays(7));

    @Test
    void anExampleAndAPredictionTakeWhatIsStated() {
        // When
        double few = heapOf(FEW, 1);
        double many = heapOf(MANY, 1);
        double manyOften = heapOf(MANY, 1 + CHECKPOINTS);
        // Then a prediction more takes the same whatever their number
        double prediction = (manyOften - many) / MANY / CHECKPOINTS;
        assertEquals(PREDICTION_BYTES, prediction, PREDICTION_BYTES / 10);
        // And an example, with the supervisor's and the student's first prediction
        double example = (many - few) / (MANY - FEW) - 2 * PREDICTION_BYTES - ID_BYTES;
        assertEquals(EXAMPLE_BYTES, example, EXAMPLE_BYTES / 10);
    }

    @Test
    void whatIsClosedIsGivenBack() {
        // Given
        List<Filled> boards = filled(MANY, CHECKPOINTS);
        double full = used();
        // When all but the last are closed
        for (int k = 1; k < CHECKPOINTS; k++) {
            close(boards, k);
        }
        // Then
        double gone = (CHECKPOINTS - 1) * PREDICTION_BYTES;
        assertEquals(gone, (full - used()) / BOARDS / MANY, gone / 10);
        assertTrue(boards.get(0).board.knows(utf8(7)));
        // And when the last is closed too, no example is known
        close(boards, CHECKPOINTS);
        assertFalse(boards.get(0).board.knows(utf8(7)));
        assertTrue((full - used()) / BOARDS / MANY > gone + EXAMPLE_BYTES / 2);
    }

    private static void close(List<Filled> boards, int checkpoint) {
        for (Filled filled : boards) {
            filled.board.close(comparison(checkpoint));
            filled.board.forgetUnpredicted();
        }
    }

    private static List<Filled> filled(int examples, int checkpoints) {
        List<Filled> boards = new ArrayList<>();
        for (int i = 0; i < BOARDS; i++) {
            boards.add(new Filled(examples, checkpoints));
        }
        return boards;
    }

    private static double heapOf(int examples, int checkpoints) {
        double before = used();
        List<Filled> boards = filled(examples, checkpoints);
        double after = used();
        assertTrue(boards.get(0).board.knows(utf8(examples - 1)));
        return (after - before) / BOARDS;
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    private static Comparison comparison(int checkpoint) {
        return new Comparison(
                Phase.HOLDOUT, "x/s#0@0", checkpoint, "x/w#0@0", 1, null, Comparison.ANY);
    }

    /** A board with sweeps of a supervisor's checkpoint and some of a student. */
    private static final class Filled {
        private final PartitionState board =
                new PartitionState(
                        CLASSES,
                        LATENESS,
                        Long.MIN_VALUE,
                        id -> TruthHistory.NONE.with(new TruthHistory.Version(1, 5)));

        Filled(int examples, int checkpoints) {
            List<BlockColumns.Ids> blocks = new ArrayList<>();
            for (int from = 0; from < examples; from += BlockCheck.MAX_ROWS) {
                blocks.add(ids(from, BlockCheck.MAX_ROWS));
            }
            sweep("x/w#0@0", 1, blocks);
            for (int k = 1; k <= checkpoints; k++) {
                sweep("x/s#0@0", k, blocks);
                board.open(comparison(k));
            }
        }

        private void sweep(String model, int checkpoint, List<BlockColumns.Ids> blocks) {
            ColumnKey sweep = new ColumnKey(model, ColumnKey.Reading.SWEEP, checkpoint);
            board.open(sweep);
            for (BlockColumns.Ids ids : blocks) {
                float[] p = new float[ids.count() * CLASSES];
                Arrays.fill(p, .5f);
                BlockColumns block =
                        new BlockColumns(
                                model,
                                checkpoint,
                                Phase.HOLDOUT,
                                CLASSES,
                                ids,
                                BlockColumns.Times.of(new long[ids.count()]),
                                p,
                                0,
                                false);
                board.add(sweep, block, new IdList(ids));
            }
        }
    }

    private static byte[] utf8(int example) {
        return id(example).getBytes(StandardCharsets.UTF_8);
    }

    private static String id(int example) {
        return String.format(Locale.ROOT, "ex-%09d", example);
    }

    private static BlockColumns.Ids ids(int from, int count) {
        return AvroIds.of(IntStream.range(from, from + count).mapToObj(e -> id(e)).toList());
    }
}
