package dev.belay.aggregators.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.counting.Slices;
import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.counting.TruthHistory;
import dev.belay.aggregators.statistics.counts.SparseCounts;
import dev.belay.aggregators.topology.IntervalsTest;
import dev.belay.schemas.events.Phase;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FormatsTest {
    private static final Comparison SWEEP =
            new Comparison(Phase.HOLDOUT, "x/s#0@0", 7, "x/w#0@0", 1, null, Comparison.ANY);
    private static final Comparison STREAM =
            new Comparison(Phase.PROGRESSIVE, "x/s#0@0", -1, "x/w#0@0", -1, null, Comparison.ANY);

    @Test
    void aRowIsReadAsItWasWritten() {
        MetricsRow row =
                new MetricsRow(
                        true,
                        "as",
                        new MetricsRow.Figure(0.5, 100),
                        null,
                        new MetricsRow.Tested(3, -0.25),
                        Map.of(new MetricsRow.Key(SWEEP, 2), abstained(7)),
                        Map.of(1, 2L));
        assertEquals(row, read(Formats.ROW.serializer().serialize("rows", row)));
        MetricsRow untested = row.tested(null);
        assertEquals(untested, read(Formats.ROW.serializer().serialize("rows", untested)));
    }

    @Test
    void truthWithoutAGroupKeepsItsBytesAndTruthWithAGroupIsReadAsWritten() {
        // Given the format before groups: number of versions, then class and time of each
        byte[] before = HexFormat.of().parseHex("06" + "02" + version(1, 7) + version(-1, 9));
        TruthHistory known =
                TruthHistory.NONE
                        .with(new TruthHistory.Version(1, 7))
                        .with(new TruthHistory.Version(-1, 9));
        assertArrayEquals(before, Formats.TRUTHS.serializer().serialize("truth", known));
        assertEquals(known, Formats.TRUTHS.deserializer().deserialize("truth", before));
        // and a group takes two bytes more for each version
        TruthHistory grouped = known.with(new TruthHistory.Version(1, 8, 1023, Slices.NONE));
        byte[] bytes = Formats.TRUTHS.serializer().serialize("truth", grouped);
        assertEquals(2 + 3 * 14, bytes.length);
        assertEquals(grouped, Formats.TRUTHS.deserializer().deserialize("truth", bytes));
    }

    @Test
    void truthWithTagsIsReadAsWritten() {
        TruthHistory tagged =
                TruthHistory.NONE
                        .with(new TruthHistory.Version(1, 7))
                        .with(
                                new TruthHistory.Version(
                                        0, 8, 5, new Slices(List.of("lang=de", "source=a|b%"))));
        byte[] bytes = Formats.TRUTHS.serializer().serialize("truth", tagged);
        assertEquals(tagged, Formats.TRUTHS.deserializer().deserialize("truth", bytes));
        assertEquals(2 + 14 + 1 + 14 + 1 + 9 + 13, bytes.length);
    }

    @Test
    void theKeyOfAComparisonHasANinthPartOfASliceOnly() {
        assertEquals(8, SWEEP.key().split("\\|", -1).length);
        Comparison slice = STREAM.of("a|b=100%7C");
        assertEquals(STREAM.key() + "|a%7Cb=100%257C", slice.key());
        assertEquals(slice, Comparison.parse(slice.key()));
        assertEquals(STREAM, Comparison.parse(STREAM.key()));
    }

    private static String version(int label, long timeMs) {
        return "%08x%016x".formatted(label, timeMs);
    }

    @Test
    void aRowOfRelease010KeepsTheNumberOfItsGate() throws IOException {
        // Given the eleventh part of what was emitted, 2: the gate's number
        MetricsRow row = read(before(SWEEP, SWEEP.key() + "|512|false|2|null|null|2"));
        // Then
        assertEquals(new MetricsRow.Tested(2, Double.POSITIVE_INFINITY), row.tested());
        assertEquals(new MetricsRow.Figure(0.5, 0), row.pgr());
        assertNull(row.agreement());
        assertEquals(Map.of(new MetricsRow.Key(SWEEP, 3), IntervalsTest.released()), row.tallies());
        assertEquals(Map.of(4, 9L), row.expiredMs());
        // And there is none in a row that was not emitted, or is of a stream
        assertNull(read(before(SWEEP, "")).tested());
        assertNull(read(before(STREAM, STREAM.key() + "|512|false||2")).tested());
    }

    private static Tally abstained(long count) {
        Tally none = Tally.empty(2);
        return new Tally(
                none.table(),
                1,
                0,
                0,
                0,
                count,
                none.supervisor(),
                none.student(),
                none.ceiling(),
                0,
                SparseCounts.EMPTY);
    }

    private static MetricsRow read(byte[] bytes) {
        return Formats.ROW.deserializer().deserialize("rows", bytes);
    }

    /** A row as version 3 wrote it. */
    private static byte[] before(Comparison comparison, String emittedAs) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(3);
            out.writeBoolean(false);
            out.writeUTF(emittedAs);
            out.writeBoolean(true);
            out.writeDouble(0.5);
            out.writeBoolean(false);
            out.writeInt(1);
            out.writeUTF(comparison.key());
            byte[] tally = IntervalsTest.releasedBytes();
            out.write(tally, 1, tally.length - 1);
            out.writeInt(1);
            out.writeInt(4);
            out.writeLong(9);
        }
        return bytes.toByteArray();
    }
}
