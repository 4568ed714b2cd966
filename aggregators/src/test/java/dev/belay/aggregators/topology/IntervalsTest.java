package dev.belay.aggregators.topology;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.counting.Tally.Coverage;
import dev.belay.aggregators.events.DerivedFigures;
import dev.belay.aggregators.state.Formats;
import dev.belay.aggregators.statistics.counts.PairCounter;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.counts.SparseCounts;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.PairMetrics;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Intervals of Brier gain, log loss and κ in an event, also of what release 0.1.0 counted. */
public class IntervalsTest {
    private static final int CLASSES = 3;

    /** Three examples of three classes as release 0.1.0 wrote them. */
    private static final String RELEASED_TABLE =
            "0600020200040200100200048080c0218080c00dd0b7fb3090a79b178080c0088080c00b00380200"
                    + "02808080088080800400180402808080188080801200500200028080800880808004000802028080"
                    + "800a8080a006000802028080800c80808009001a04020202020002020200060406040a02";

    @Test
    void anEventHoldsTheIntervalsOfItsFigures() {
        PairMetrics.Builder event = event(tally(counted(40)));

        assertInterval(requireNonNull(event.getCohensKappa()), event.getCohensKappaInterval());
        assertInterval(
                requireNonNull(event.getErrorConsistency()), event.getErrorConsistencyInterval());
        assertInterval(
                requireNonNull(event.getSupervisorCalibration()).getLogLoss(),
                event.getSupervisorLogLossInterval());
        assertInterval(
                requireNonNull(event.getStudentCalibration()).getLogLoss(),
                event.getStudentLogLossInterval());
        assertInterval(
                requireNonNull(event.getBrierGain()).getGain(), event.getBrierGainInterval());
    }

    @Test
    void aTallyOfTheReleaseIsReadAndHasFiguresWithoutIntervals() {
        Tally released = released();

        assertEquals(3, released.table().n());
        assertEquals(7, released.withoutTruth());
        assertEquals(99, released.eventTimeMs());
        PairMetrics.Builder event = event(released.merge(tally(counted(40))));
        assertNotNull(event.getCohensKappa());
        assertNotNull(event.getBrierGain());
        assertNull(event.getCohensKappaInterval());
        assertNull(event.getBrierGainInterval());
        assertNull(event.getStudentLogLossInterval());
        assertNotNull(event.getErrorConsistencyInterval()); // follows from the cells
    }

    @Test
    void whatIsKnownOfTheMomentsSurvivesTheStore() {
        for (Tally tally :
                new Tally[] {released(), tally(counted(40)), released().merge(tally(counted(4)))}) {
            byte[] bytes = Formats.TALLY.serializer().serialize("store", tally);
            Tally again = Formats.TALLY.deserializer().deserialize("store", bytes);
            assertEquals(tally, again);
            assertEquals(tally.table().hasMoments(), again.table().hasMoments());
        }
        assertFalse(released().table().hasMoments());
    }

    @Test
    void bytesOfAnotherVersionAreRefused() {
        byte[] bytes = releasedBytes();
        bytes[0] = 2;
        Assertions.assertThrows(
                SerializationException.class,
                () -> Formats.TALLY.deserializer().deserialize("store", bytes));
    }

    private static void assertInterval(double value, @Nullable Estimate interval) {
        Estimate found = requireNonNull(interval);
        assertEquals(value, found.getValue(), 1e-12);
        assertEquals(40, found.getN());
        assertTrue(found.getLow() < value && value < found.getHigh(), found::toString);
    }

    private static PairMetrics.Builder event(Tally tally) {
        PairMetrics.Builder event = PairMetrics.newBuilder();
        DerivedFigures.put(event, tally, null, true, true);
        return event;
    }

    /** {@link #releasedBytes()} as it is read: of three classes. */
    public static Tally released() {
        return Formats.TALLY.deserializer().deserialize("store", releasedBytes());
    }

    /** A tally as release 0.1.0 stored it. */
    public static byte[] releasedBytes() {
        byte[] table = HexFormat.of().parseHex(RELEASED_TABLE);
        // 7 without truth, then three counts, three times three of the sweeps, the event time
        ByteBuffer bytes = ByteBuffer.allocate(1 + table.length + 14 * Long.BYTES);
        bytes.put((byte) 3).put(table).putLong(7);
        for (int i = 0; i < 12; i++) {
            bytes.putLong(0);
        }
        return bytes.putLong(99).array();
    }

    private static PairTable counted(int examples) {
        PairCounter counter = new PairCounter(CLASSES);
        for (int i = 0; i < examples; i++) {
            int wSays = i % 3;
            int sSays = i % 4 == 0 ? (i + 1) % 3 : i % 3;
            int truth = i % 5 == 0 ? (i + 2) % 3 : i % 3;
            counter.pair(
                    truth,
                    row(wSays, .5f + .01f * i),
                    0,
                    wSays,
                    row(sSays, .55f + .01f * i),
                    0,
                    sSays,
                    1);
        }
        return counter.table();
    }

    private static float[] row(int says, float top) {
        float[] row = new float[CLASSES];
        for (int k = 0; k < CLASSES; k++) {
            row[k] = k == says ? top : (1 - top) / 2;
        }
        return row;
    }

    /** Of two complete sweeps. */
    private static Tally tally(PairTable table) {
        Coverage sweep = new Coverage(table.n(), table.n(), 1);
        return new Tally(table, 0, 0, 0, 0, 0, sweep, sweep, Coverage.NONE, 0, SparseCounts.EMPTY);
    }
}
