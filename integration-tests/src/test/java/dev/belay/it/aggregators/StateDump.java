package dev.belay.it.aggregators;

import static java.util.Objects.requireNonNull;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * All that an aggregator leaves when it is stopped: the registry's schemas, the topics with their
 * committed records, the group's offsets and the state folder.
 */
record StateDump(
        Map<Integer, Schema> schemas,
        List<Partition> partitions,
        Map<TopicPartition, Long> committed,
        Map<String, byte[]> files) {
    record Schema(String subject, String text) {}

    record Entry(long timestampMs, byte @Nullable [] key, byte @Nullable [] value) {}

    /**
     * @param beginOffset the first that was not deleted
     */
    record Partition(
            TopicPartition at,
            boolean compacted,
            long beginOffset,
            long endOffset,
            NavigableMap<Long, Entry> records) {}

    /** Writes the state folder as it was. */
    void restoreFiles(Path state) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = state.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
    }

    void write(OutputStream to) throws IOException {
        try (var out = new DataOutputStream(new GZIPOutputStream(to))) {
            out.writeInt(schemas.size());
            for (Map.Entry<Integer, Schema> entry : schemas.entrySet()) {
                out.writeInt(entry.getKey());
                out.writeUTF(entry.getValue().subject());
                write(out, entry.getValue().text().getBytes(StandardCharsets.UTF_8));
            }
            out.writeInt(partitions.size());
            for (Partition partition : partitions) {
                write(out, partition.at());
                out.writeBoolean(partition.compacted());
                out.writeLong(partition.beginOffset());
                out.writeLong(partition.endOffset());
                out.writeInt(partition.records().size());
                for (Map.Entry<Long, Entry> record : partition.records().entrySet()) {
                    out.writeLong(record.getKey());
                    out.writeLong(record.getValue().timestampMs());
                    write(out, record.getValue().key());
                    write(out, record.getValue().value());
                }
            }
            out.writeInt(committed.size());
            for (Map.Entry<TopicPartition, Long> entry : committed.entrySet()) {
                write(out, entry.getKey());
                out.writeLong(entry.getValue());
            }
            out.writeInt(files.size());
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                out.writeUTF(file.getKey());
                write(out, file.getValue());
            }
        }
    }

    /** Reads the dump of a release from the test's resources. */
    static StateDump of(String release) {
        String name = "/released/" + release + "/aggregator.gz";
        try (InputStream stored = StateDump.class.getResourceAsStream(name)) {
            return read(new DataInputStream(new GZIPInputStream(requireNonNull(stored, name))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static StateDump read(DataInputStream in) throws IOException {
        Map<Integer, Schema> schemas = new TreeMap<>();
        for (int i = in.readInt(); i > 0; i--) {
            int id = in.readInt();
            String subject = in.readUTF();
            schemas.put(id, new Schema(subject, new String(bytes(in), StandardCharsets.UTF_8)));
        }
        List<Partition> partitions = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            TopicPartition at = at(in);
            boolean compacted = in.readBoolean();
            long begin = in.readLong();
            long end = in.readLong();
            NavigableMap<Long, Entry> records = new TreeMap<>();
            for (int j = in.readInt(); j > 0; j--) {
                long offset = in.readLong();
                records.put(offset, new Entry(in.readLong(), nullable(in), nullable(in)));
            }
            partitions.add(new Partition(at, compacted, begin, end, records));
        }
        Map<TopicPartition, Long> committed = new HashMap<>();
        for (int i = in.readInt(); i > 0; i--) {
            committed.put(at(in), in.readLong());
        }
        Map<String, byte[]> files = new TreeMap<>();
        for (int i = in.readInt(); i > 0; i--) {
            files.put(in.readUTF(), bytes(in));
        }
        return new StateDump(schemas, partitions, committed, files);
    }

    private static void write(DataOutputStream out, TopicPartition at) throws IOException {
        out.writeUTF(at.topic());
        out.writeInt(at.partition());
    }

    private static TopicPartition at(DataInputStream in) throws IOException {
        return new TopicPartition(in.readUTF(), in.readInt());
    }

    private static void write(DataOutputStream out, byte @Nullable [] bytes) throws IOException {
        out.writeInt(bytes == null ? -1 : bytes.length);
        if (bytes != null) {
            out.write(bytes);
        }
    }

    private static byte @Nullable [] nullable(DataInputStream in) throws IOException {
        int length = in.readInt();
        return length < 0 ? null : in.readNBytes(length);
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }
}
