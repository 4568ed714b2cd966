package dev.belay.models.encoder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Vectors of inputs in an append-only file {@code <name>.vectors}, little-endian records of one
 * length: 16 bytes of key, the floats, a CRC-32C of both.
 *
 * <p>Several processes may share it: each append holds the file's lock, first indexes the records
 * that others have appended, and truncates an incomplete record left by a killed writer. Damaged
 * records are treated as absent. An index entry takes about 80 bytes of memory.
 */
final class VectorFile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(VectorFile.class);

    /** File locks belong to the whole process, so threads need a separate lock. */
    private static final Object APPENDING = new Object();

    private final Path path;
    private final int dimensions;
    private final int recordBytes;
    private final Map<InputKey, Long> offsets = new HashMap<>();
    private long indexed; // bytes of the file that are in the index
    private @Nullable FileChannel channel;

    /** Opens or creates the file and reads its keys. */
    VectorFile(Path directory, String name, int dimensions) {
        this.path = directory.resolve(name + ".vectors");
        this.dimensions = dimensions;
        this.recordBytes = InputKey.BYTES + Float.BYTES * dimensions + Integer.BYTES;
        try {
            Files.createDirectories(directory);
            append(List.of(), List.of());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the encoding cache " + path, e);
        }
    }

    /** The stored vector, or null. */
    float @Nullable [] get(InputKey key) {
        Long offset;
        synchronized (this) {
            offset = offsets.get(key);
        }
        if (offset == null) return null;
        try {
            ByteBuffer record = read(offset, recordBytes);
            if (!whole(record, key)) {
                log.warn("skipping a damaged record at byte {} of {}", offset, path);
                return null;
            }
            float[] vector = new float[dimensions];
            record.position(InputKey.BYTES).asFloatBuffer().get(vector);
            return vector;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the encoding cache " + path, e);
        }
    }

    /** Whether a vector is stored, as far as this process knows. */
    synchronized boolean contains(InputKey key) {
        return offsets.containsKey(key);
    }

    /** Appends vectors that are not stored yet, by this or another process. */
    void add(List<InputKey> keys, List<float[]> vectors) {
        try {
            append(keys, vectors);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the encoding cache " + path, e);
        }
    }

    /** Number of vectors. */
    synchronized int size() {
        return offsets.size();
    }

    @Override
    public synchronized void close() {
        if (channel == null) return;
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the encoding cache " + path, e);
        }
    }

    private void append(List<InputKey> keys, List<float[]> vectors) throws IOException {
        synchronized (APPENDING) {
            FileChannel file = channel();
            try (FileLock held = file.lock()) {
                if (!held.isValid()) throw new IOException("lost the lock of " + path);
                cutTornTail(file);
                index(file);
                write(file, keys, vectors);
            }
        }
    }

    private synchronized void write(FileChannel file, List<InputKey> keys, List<float[]> vectors)
            throws IOException {
        ByteBuffer block = buffer(recordBytes * keys.size());
        var added = new LinkedHashMap<InputKey, Long>();
        for (int i = 0; i < keys.size(); i++) {
            InputKey key = keys.get(i);
            long offset = indexed + block.position();
            if (!offsets.containsKey(key) && added.putIfAbsent(key, offset) == null)
                put(block, key, vectors.get(i));
        }
        block.flip();
        long at = indexed;
        while (block.hasRemaining()) at += file.write(block, at);
        indexed = at; // after the write, so that a failed one is not in the index
        offsets.putAll(added);
    }

    /** Called under the lock: no other process is writing, so a partial record is from a crash. */
    private void cutTornTail(FileChannel file) throws IOException {
        long end = file.size() - file.size() % recordBytes;
        while (end > indexed && !whole(read(end - recordBytes, recordBytes), null))
            end -= recordBytes;
        if (end == file.size()) return;
        log.warn("cutting {} bytes of an unfinished write off {}", file.size() - end, path);
        file.truncate(end);
    }

    private synchronized void index(FileChannel file) throws IOException {
        long end = file.size();
        int blockBytes = recordBytes * Math.max(1, (1 << 22) / recordBytes);
        while (indexed < end) {
            ByteBuffer block = read(indexed, (int) Math.min(blockBytes, end - indexed));
            for (int at = 0; at + recordBytes <= block.limit(); at += recordBytes) {
                var key = new InputKey(block.getLong(at), block.getLong(at + Long.BYTES));
                offsets.putIfAbsent(key, indexed + at);
            }
            indexed += block.limit();
        }
    }

    private void put(ByteBuffer block, InputKey key, float[] vector) {
        int start = block.position();
        block.putLong(key.high()).putLong(key.low());
        for (float v : vector) block.putFloat(v);
        block.putInt(crc(block.slice(start, block.position() - start)));
    }

    private boolean whole(ByteBuffer record, @Nullable InputKey key) {
        int crcAt = recordBytes - Integer.BYTES;
        if (record.limit() != recordBytes || record.getInt(crcAt) != crc(record.slice(0, crcAt)))
            return false;
        return key == null
                || (record.getLong(0) == key.high() && record.getLong(Long.BYTES) == key.low());
    }

    private static int crc(ByteBuffer bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /** Bytes of the file; fewer than asked for at its end. */
    private ByteBuffer read(long offset, int bytes) throws IOException {
        ByteBuffer buffer = buffer(bytes);
        FileChannel file = channel();
        while (buffer.hasRemaining() && file.read(buffer, offset + buffer.position()) >= 0) {}
        return buffer.flip();
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Reopens the channel if it was closed: an interrupt of any reading thread closes it. */
    private synchronized FileChannel channel() throws IOException {
        if (channel == null || !channel.isOpen())
            channel =
                    FileChannel.open(
                            path,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.CREATE);
        return channel;
    }
}
