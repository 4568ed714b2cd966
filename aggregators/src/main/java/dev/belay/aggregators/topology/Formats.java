package dev.belay.aggregators.topology;

import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.counting.Tally.Coverage;
import dev.belay.aggregators.statistics.CellTable;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The application's own values as bytes. */
final class Formats {
    /** A shard's truth of an example; label -1: taken back. */
    record Truth(int label, long timeMs) {
        /** Newest wins: greater event time, ties by greater class. */
        boolean newerThan(Truth other) {
            return timeMs != other.timeMs ? timeMs > other.timeMs : label > other.label;
        }
    }

    static final BinarySerde<Truth> TRUTH =
            new BinarySerde<>(
                    "truth",
                    (truth, out) -> {
                        out.writeInt(truth.label());
                        out.writeLong(truth.timeMs());
                    },
                    in -> new Truth(in.readInt(), in.readLong()));

    static final BinarySerde<Tally> TALLY =
            new BinarySerde<>("a tally", Formats::write, Formats::readTally);

    static final BinarySerde<Flow.Delta> DELTA =
            new BinarySerde<>(
                    "a delta",
                    (delta, out) -> {
                        out.writeUTF(delta.comparison().key());
                        write(delta.change(), out);
                    },
                    in -> new Flow.Delta(Comparison.parse(in.readUTF()), readTally(in)));

    static final BinarySerde<Row> ROW =
            new BinarySerde<>("a row", Formats::write, Formats::readRow);

    private Formats() {}

    private static void write(Tally tally, DataOutput out) throws IOException {
        for (long cell : tally.cells().toArray()) {
            out.writeLong(cell);
        }
        out.writeLong(tally.withoutTruth());
        write(tally.supervisor(), out);
        write(tally.student(), out);
        write(tally.ceiling(), out);
        out.writeLong(tally.eventTimeMs());
    }

    private static Tally readTally(DataInput in) throws IOException {
        long[] cells = new long[CellTable.SIZE];
        for (int i = 0; i < cells.length; i++) {
            cells[i] = in.readLong();
        }
        return new Tally(
                CellTable.of(cells),
                in.readLong(),
                readCoverage(in),
                readCoverage(in),
                readCoverage(in),
                in.readLong());
    }

    private static void write(Coverage coverage, DataOutput out) throws IOException {
        out.writeLong(coverage.rows());
        out.writeLong(coverage.sweepRows());
        out.writeLong(coverage.newest());
    }

    private static Coverage readCoverage(DataInput in) throws IOException {
        return new Coverage(in.readLong(), in.readLong(), in.readLong());
    }

    private static void write(Row row, DataOutput out) throws IOException {
        out.writeBoolean(row.pending());
        out.writeUTF(row.emittedAs());
        out.writeInt(row.tallies().size());
        for (Map.Entry<Comparison, Tally> entry : row.tallies().entrySet()) {
            out.writeUTF(entry.getKey().key());
            write(entry.getValue(), out);
        }
    }

    private static Row readRow(DataInput in) throws IOException {
        boolean pending = in.readBoolean();
        String emittedAs = in.readUTF();
        int size = in.readInt();
        Map<Comparison, Tally> tallies = new LinkedHashMap<>();
        for (int i = 0; i < size; i++) {
            tallies.put(Comparison.parse(in.readUTF()), readTally(in));
        }
        return new Row(pending, emittedAs, tallies);
    }
}
