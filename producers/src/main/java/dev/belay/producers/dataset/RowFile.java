package dev.belay.producers.dataset;

import dev.belay.producers.source.Row;
import dev.belay.schemas.events.Split;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** Rows in a temporary file, written once and read in order. */
final class RowFile {
    private static final int BUFFER_BYTES = 1 << 15;

    private RowFile() {}

    /** Writes a count and the rows. */
    static void write(Path file, long count, Iterator<Row> rows) {
        try (DataOutputStream out =
                new DataOutputStream(
                        new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES))) {
            out.writeLong(count);
            while (rows.hasNext()) {
                Row row = rows.next();
                out.writeLong(row.key());
                out.writeLong(row.line());
                writeText(out, row.id());
                writeText(out, row.text());
                out.writeInt(row.label());
                out.writeUTF(row.split().name());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't write the temporary file " + file, e);
        }
    }

    static Rows read(Path file) {
        try {
            return new Reader(
                    file,
                    new DataInputStream(
                            new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)));
        } catch (IOException e) {
            throw new UncheckedIOException("can't read the temporary file " + file, e);
        }
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static final class Reader implements Rows {
        private final Path file;
        private final DataInputStream in;
        private long left;

        Reader(Path file, DataInputStream in) throws IOException {
            this.file = file;
            this.in = in;
            left = in.readLong();
        }

        @Override
        public boolean hasNext() {
            return left > 0;
        }

        @Override
        public Row next() {
            if (left == 0) {
                throw new NoSuchElementException();
            }
            left--;
            try {
                return new Row(
                        in.readLong(),
                        in.readLong(),
                        readText(),
                        readText(),
                        in.readInt(),
                        Split.valueOf(in.readUTF()));
            } catch (IOException e) {
                throw new UncheckedIOException("can't read the temporary file " + file, e);
            }
        }

        private String readText() throws IOException {
            return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
        }

        @Override
        public void close() {
            try {
                in.close();
            } catch (IOException e) {
                throw new UncheckedIOException("can't close the temporary file " + file, e);
            }
        }
    }
}
