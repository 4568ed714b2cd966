package dev.belay.labelers.dawidskene;

import dev.belay.labelers.dawidskene.DawidSkeneSettings.Abstentions;
import dev.belay.labelers.dawidskene.DawidSkeneSettings.Model;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes of an estimator: version, settings, numbers of examples and votes, counts, kept votes. Big
 * endian, doubles bit for bit.
 */
final class StateFormat {
    static final int VERSION = 1;

    /** More than all that does not depend on classes, sources or votes. */
    private static final int FRAME = 128;

    private StateFormat() {}

    /** At least the size of the greatest state: that with all votes of the warm-up. */
    static long mostBytes(DawidSkeneSettings settings) {
        long sources = settings.sources().size();
        long classes = settings.classes();
        long names = settings.sources().stream().mapToLong(name -> 2 + 3L * name.length()).sum();
        long counts = Double.BYTES * (sources * classes * settings.outcomes() + 2 * classes);
        return FRAME + names + counts + 8 * sources + settings.warmUp() * (4 + 8 * sources);
    }

    static byte[] write(DawidSkene estimator) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            writeSettings(estimator.settings, out);
            out.writeLong(estimator.examples);
            out.writeBoolean(estimator.warm);
            for (long votes : estimator.votesOf) {
                out.writeLong(votes);
            }
            for (double count : estimator.tables.examples) {
                out.writeDouble(count);
            }
            for (double count : estimator.tables.cells) {
                out.writeDouble(count);
            }
            out.writeInt(estimator.kept.size());
            for (ExampleVotes votes : estimator.kept) {
                out.writeInt(votes.size());
                for (int i = 0; i < votes.size(); i++) {
                    out.writeInt(votes.sources()[i]);
                    out.writeInt(votes.votes()[i]);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // not to memory
        }
        return bytes.toByteArray();
    }

    /**
     * @param anySources whether the state may have other sources than the settings
     */
    static DawidSkene read(DawidSkeneSettings settings, boolean anySources, byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readUnsignedByte();
            if (version != VERSION) {
                throw refused(bytes, "found version %d, expected %d".formatted(version, VERSION));
            }
            DawidSkeneSettings found = readSettings(in);
            if (!found.equals(anySources ? settings.withSources(found.sources()) : settings)) {
                throw refused(bytes, "found %s, expected %s".formatted(found, settings));
            }
            DawidSkene estimator = readState(found, in);
            if (in.available() > 0) {
                throw refused(bytes, "found %d bytes after its end".formatted(in.available()));
            }
            return estimator;
        } catch (EOFException e) {
            IllegalArgumentException refused = refused(bytes, "truncated");
            refused.initCause(e);
            throw refused;
        } catch (IOException e) {
            throw new UncheckedIOException(e); // not from memory
        }
    }

    private static DawidSkene readState(DawidSkeneSettings settings, DataInputStream in)
            throws IOException {
        long examples = in.readLong();
        boolean warm = in.readBoolean();
        long[] votesOf = new long[settings.sources().size()];
        for (int s = 0; s < votesOf.length; s++) {
            votesOf[s] = in.readLong();
        }
        CountTables tables = new CountTables(settings);
        for (int k = 0; k < tables.examples.length; k++) {
            tables.examples[k] = in.readDouble();
        }
        for (int c = 0; c < tables.cells.length; c++) {
            tables.cells[c] = in.readDouble();
        }
        int size = in.readInt();
        List<ExampleVotes> kept = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            kept.add(readVotes(settings, in));
        }
        return new DawidSkene(settings, tables, examples, votesOf, warm, kept);
    }

    private static ExampleVotes readVotes(DawidSkeneSettings settings, DataInputStream in)
            throws IOException {
        int size = in.readInt();
        if (size < 0 || size > settings.sources().size()) {
            throw new IllegalArgumentException(
                    "found %d votes on an example, expected 0 to %d"
                            .formatted(size, settings.sources().size()));
        }
        int[] sources = new int[size];
        int[] votes = new int[size];
        for (int v = 0; v < size; v++) {
            sources[v] = in.readInt();
            votes[v] = in.readInt();
        }
        ExampleVotes read = new ExampleVotes(sources, votes);
        read.check(settings);
        return read;
    }

    private static void writeSettings(DawidSkeneSettings settings, DataOutputStream out)
            throws IOException {
        out.writeInt(settings.classes());
        out.writeInt(settings.sources().size());
        for (String source : settings.sources()) {
            out.writeUTF(source);
        }
        out.writeUTF(settings.model().name());
        out.writeUTF(settings.abstentions().name());
        out.writeInt(settings.classPrior().size());
        for (double p : settings.classPrior()) {
            out.writeDouble(p);
        }
        out.writeDouble(settings.smoothing());
        out.writeDouble(settings.diagonal());
        out.writeDouble(settings.stepExponent());
        out.writeInt(settings.warmUp());
    }

    private static DawidSkeneSettings readSettings(DataInputStream in) throws IOException {
        int classes = in.readInt();
        List<String> sources = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            sources.add(in.readUTF());
        }
        Model model = Model.valueOf(in.readUTF());
        Abstentions abstentions = Abstentions.valueOf(in.readUTF());
        List<Double> classPrior = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            classPrior.add(in.readDouble());
        }
        return new DawidSkeneSettings(
                classes,
                sources,
                model,
                abstentions,
                classPrior,
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readInt());
    }

    private static IllegalArgumentException refused(byte[] bytes, String why) {
        return new IllegalArgumentException(
                "state of Dawid–Skene (%d bytes): %s".formatted(bytes.length, why));
    }
}
