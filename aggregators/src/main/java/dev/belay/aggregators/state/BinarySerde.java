package dev.belay.aggregators.state;

import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Serde of the values that never leave the application (stores, changelogs, repartition topics): a
 * version byte, then what the writer writes. Null stays null. Values written by the previous
 * release are read, so its state and changelogs survive an upgrade; the reader supplies what that
 * release did not write.
 */
public record BinarySerde<T>(String what, Writer<T> writer, Reader<T> reader) implements Serde<T> {
    /** Version of the values that are written. */
    static final int VERSION = 6;

    /** The oldest version that is read: that of release 0.1.0. */
    static final int OLDEST = 3;

    interface Writer<T> {
        void write(T value, DataOutput out) throws IOException;
    }

    interface Reader<T> {
        /**
         * @param version in which the value was written, from {@link #OLDEST} to {@link #VERSION}
         */
        T read(DataInput in, int version) throws IOException;
    }

    @Override
    public Serializer<T> serializer() {
        return (topic, value) -> encode(value);
    }

    @Override
    public Deserializer<T> deserializer() {
        return this::decode;
    }

    /** Error for a value of another release, with what to do. */
    static String refused(int version, int oldest, int newest) {
        return "found version %d, expected %d to %d: %s (docs/upgrading.md)"
                .formatted(
                        version,
                        oldest,
                        newest,
                        version > newest
                                ? "a newer release of Belay has counted here; start that one again"
                                : "a release of Belay before the previous one has counted here;"
                                        + " reset the application, so that it counts anew");
    }

    private byte @Nullable [] encode(@Nullable T value) {
        if (value == null) {
            return null;
        }
        var bytes = new Growing();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            writer.write(value, out);
        } catch (IOException e) {
            throw new SerializationException("cannot write " + what, e);
        }
        return bytes.toBytes();
    }

    private @Nullable T decode(String topic, byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        try (var in = new DataInputStream(new Reading(bytes))) {
            int version = in.readUnsignedByte();
            if (version < OLDEST || version > VERSION) {
                throw new IOException(refused(version, OLDEST, VERSION));
            }
            return reader.read(in, version);
        } catch (IOException e) {
            throw new SerializationException(
                    "cannot read " + what + " (" + bytes.length + " bytes) from " + topic, e);
        }
    }

    /** As java.io's streams of bytes in memory, without a lock for each byte. */
    private static final class Growing extends OutputStream {
        private byte[] bytes = new byte[1024];
        private int size;

        @Override
        public void write(int b) {
            makeRoom(1);
            bytes[size++] = (byte) b;
        }

        @Override
        public void write(byte[] more, int from, int length) {
            makeRoom(length);
            System.arraycopy(more, from, bytes, size, length);
            size += length;
        }

        private void makeRoom(int more) {
            if (size + more > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(size + more, 2 * bytes.length));
            }
        }

        byte[] toBytes() {
            return Arrays.copyOf(bytes, size);
        }
    }

    private static final class Reading extends InputStream {
        private final byte[] bytes;
        private int at;

        Reading(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() {
            return at < bytes.length ? bytes[at++] & 0xFF : -1;
        }

        @Override
        public int read(byte[] into, int from, int length) {
            Objects.checkFromIndexSize(from, length, into.length);
            int count = Math.min(length, bytes.length - at);
            if (count <= 0) {
                return length == 0 ? 0 : -1;
            }
            System.arraycopy(bytes, at, into, from, count);
            at += count;
            return count;
        }
    }
}
