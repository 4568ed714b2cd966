package dev.belay.aggregators.state;

import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.comparison.TaskOwner;
import dev.belay.aggregators.counting.Slices;
import dev.belay.aggregators.counting.Tally;
import dev.belay.aggregators.counting.Tally.Coverage;
import dev.belay.aggregators.counting.TruthHistory;
import dev.belay.aggregators.statistics.counts.ClusterSums;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.counts.SparseCounts;
import dev.belay.schemas.events.Phase;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Serdes of the application's state and messages. The truth of an example with a single version
 * takes 14 bytes (16 with a group; more with tags), a tally of two classes some 1 KB.
 */
public final class Formats {
    public static final BinarySerde<TruthHistory> TRUTHS =
            new BinarySerde<>("truth", Formats::write, (in, version) -> readTruths(in));

    public static final BinarySerde<Tally> TALLY =
            new BinarySerde<>("a tally", Formats::write, Formats::readTally);

    public static final BinarySerde<ShardMessage.Delta> DELTA =
            new BinarySerde<>(
                    "a delta",
                    Formats::write,
                    (in, version) ->
                            new ShardMessage.Delta(
                                    readTallies(in, version), in.readInt(), in.readLong()));

    public static final BinarySerde<MetricsRow> ROW =
            new BinarySerde<>("a row", Formats::write, Formats::readRow);

    public static final BinarySerde<TaskOwner> OWNER =
            new BinarySerde<>("a task's owner", Formats::write, (in, version) -> readOwner(in));

    private static final int GROUPED = 0x80; // in the number of versions: each has a cluster
    private static final int SLICED = 0x40; // each has its slices

    private Formats() {}

    private static void write(TaskOwner owner, DataOutput out) throws IOException {
        out.writeUTF(owner.model());
        out.writeInt(owner.run());
        out.writeLong(owner.sinceMs());
        out.writeInt(owner.classes().size());
        for (String name : owner.classes()) {
            byte[] utf8 = name.getBytes(StandardCharsets.UTF_8); // of any length
            out.writeInt(utf8.length);
            out.write(utf8);
        }
    }

    private static TaskOwner readOwner(DataInput in) throws IOException {
        String model = in.readUTF();
        int run = in.readInt();
        long sinceMs = in.readLong();
        List<String> classes = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            byte[] utf8 = new byte[in.readInt()];
            in.readFully(utf8);
            classes.add(new String(utf8, StandardCharsets.UTF_8));
        }
        return new TaskOwner(model, run, sinceMs, classes);
    }

    private static void write(TruthHistory truths, DataOutput out) throws IOException {
        boolean grouped = truths.versions().stream().anyMatch(v -> v.cluster() != ClusterSums.NONE);
        boolean sliced = truths.versions().stream().anyMatch(v -> !v.slices().isEmpty());
        out.writeByte(truths.versions().size() | (grouped ? GROUPED : 0) | (sliced ? SLICED : 0));
        for (TruthHistory.Version version : truths.versions()) {
            out.writeInt(version.label());
            out.writeLong(version.timeMs());
            if (grouped) {
                out.writeShort(version.cluster());
            }
            if (sliced) {
                write(version.slices(), out);
            }
        }
    }

    private static TruthHistory readTruths(DataInput in) throws IOException {
        List<TruthHistory.Version> versions = new ArrayList<>();
        int first = in.readUnsignedByte();
        boolean grouped = (first & GROUPED) != 0;
        boolean sliced = (first & SLICED) != 0;
        for (int i = first & ~(GROUPED | SLICED); i > 0; i--) {
            versions.add(
                    new TruthHistory.Version(
                            in.readInt(),
                            in.readLong(),
                            grouped ? in.readShort() : ClusterSums.NONE,
                            sliced ? readSlices(in) : Slices.NONE));
        }
        return new TruthHistory(versions);
    }

    static void write(Slices slices, DataOutput out) throws IOException {
        out.writeByte(slices.names().size());
        for (String name : slices.names()) {
            out.writeUTF(name);
        }
    }

    static Slices readSlices(DataInput in) throws IOException {
        List<String> names = new ArrayList<>();
        for (int i = in.readUnsignedByte(); i > 0; i--) {
            names.add(in.readUTF().intern()); // one text for all examples of a slice
        }
        return names.isEmpty() ? Slices.NONE : new Slices(names);
    }

    private static void write(Tally tally, DataOutput out) throws IOException {
        tally.table().write(out);
        out.writeLong(tally.withoutTruth());
        out.writeLong(tally.sameWithoutTruth());
        out.writeLong(tally.tooLate());
        out.writeLong(tally.revised());
        out.writeLong(tally.abstained());
        write(tally.supervisor(), out);
        write(tally.student(), out);
        write(tally.ceiling(), out);
        out.writeLong(tally.eventTimeMs());
        tally.labelsWithoutTruth().write(out);
    }

    private static Tally readTally(DataInput in, int version) throws IOException {
        return new Tally(
                PairTable.read(in, version >= 4),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                version < 5 ? 0 : in.readLong(),
                readCoverage(in),
                readCoverage(in),
                readCoverage(in),
                in.readLong(),
                version < 6
                        ? SparseCounts.EMPTY
                        : SparseCounts.read(in, PairTable.MAX_CLASSES_BY_CLASS));
    }

    private static void write(Coverage coverage, DataOutput out) throws IOException {
        out.writeLong(coverage.rows());
        out.writeLong(coverage.sweepRows());
        out.writeLong(coverage.newest());
    }

    private static Coverage readCoverage(DataInput in) throws IOException {
        return new Coverage(in.readLong(), in.readLong(), in.readLong());
    }

    private static void write(Map<Comparison, Tally> tallies, DataOutput out) throws IOException {
        out.writeInt(tallies.size());
        for (Map.Entry<Comparison, Tally> entry : tallies.entrySet()) {
            out.writeUTF(entry.getKey().key());
            write(entry.getValue(), out);
        }
    }

    private static Map<Comparison, Tally> readTallies(DataInput in, int version)
            throws IOException {
        Map<Comparison, Tally> tallies = new LinkedHashMap<>();
        for (int i = in.readInt(); i > 0; i--) {
            tallies.put(Comparison.parse(in.readUTF()), readTally(in, version));
        }
        return tallies;
    }

    private static void write(ShardMessage.Delta delta, DataOutput out) throws IOException {
        write(delta.changes(), out);
        out.writeInt(delta.partition());
        out.writeLong(delta.expiredMs());
    }

    private static void write(MetricsRow row, DataOutput out) throws IOException {
        out.writeBoolean(row.pending());
        out.writeUTF(row.emittedAs());
        write(row.pgr(), out);
        write(row.agreement(), out);
        out.writeBoolean(row.tested() != null);
        if (row.tested() != null) {
            out.writeLong(row.tested().k());
            out.writeDouble(row.tested().low());
        }
        out.writeInt(row.tallies().size());
        for (Map.Entry<MetricsRow.Key, Tally> entry : row.tallies().entrySet()) {
            out.writeUTF(entry.getKey().comparison().key());
            write(entry.getValue(), out);
        }
        out.writeInt(row.expiredMs().size());
        for (Map.Entry<Integer, Long> entry : row.expiredMs().entrySet()) {
            out.writeInt(entry.getKey());
            out.writeLong(entry.getValue());
        }
    }

    private static MetricsRow readRow(DataInput in, int version) throws IOException {
        boolean pending = in.readBoolean();
        String emittedAs = in.readUTF();
        return new MetricsRow(
                pending,
                emittedAs,
                readFigure(in, version),
                readFigure(in, version),
                version < 4 ? testedBefore(emittedAs) : readTested(in),
                readRowTallies(in, version),
                readExpired(in));
    }

    private static MetricsRow.@Nullable Tested readTested(DataInput in) throws IOException {
        return in.readBoolean() ? new MetricsRow.Tested(in.readLong(), in.readDouble()) : null;
    }

    /**
     * The gate that release 0.1.0 emitted: its number is in the text of what was emitted, {@code
     * comparison|examplesSeen|provisional|k|…}, the comparison being of 8 parts. It kept no result.
     */
    private static MetricsRow.@Nullable Tested testedBefore(String emittedAs) {
        String[] parts = emittedAs.split("\\|", -1);
        return parts[0].equals(Phase.HOLDOUT.name())
                ? new MetricsRow.Tested(Long.parseLong(parts[10]), Double.POSITIVE_INFINITY)
                : null;
    }

    private static Map<MetricsRow.Key, Tally> readRowTallies(DataInput in, int version)
            throws IOException {
        Map<MetricsRow.Key, Tally> tallies = new LinkedHashMap<>();
        for (int i = in.readInt(); i > 0; i--) {
            Comparison comparison = Comparison.parse(in.readUTF());
            Tally tally = readTally(in, version);
            tallies.put(MetricsRow.Key.of(comparison, tally), tally);
        }
        return tallies;
    }

    private static Map<Integer, Long> readExpired(DataInput in) throws IOException {
        Map<Integer, Long> passed = new HashMap<>();
        for (int i = in.readInt(); i > 0; i--) {
            passed.put(in.readInt(), in.readLong());
        }
        return passed;
    }

    private static void write(MetricsRow.@Nullable Figure figure, DataOutput out)
            throws IOException {
        out.writeBoolean(figure != null);
        if (figure != null) {
            out.writeDouble(figure.value());
            out.writeLong(figure.n());
        }
    }

    private static MetricsRow.@Nullable Figure readFigure(DataInput in, int version)
            throws IOException {
        return in.readBoolean()
                ? new MetricsRow.Figure(in.readDouble(), version < 4 ? 0 : in.readLong())
                : null;
    }
}
