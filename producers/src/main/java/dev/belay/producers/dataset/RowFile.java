package dev.belay.producers.dataset;

import dev.belay.producers.source.Row;
import dev.belay.schemas.events.Example;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;

/** Rows in a temporary file, written once and read in order. */
final class RowFile {
    private static final int BUFFER_BYTES = 1 << 15;

    private RowFile() {}

    /** Writes a count and the rows. */
    static void write(Path file, long count, Iterator<Row> rows) {
        try (DataOutputStream out =
                new DataOutputStream(
                        new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES))) {
            var writer = new SpecificDatumWriter<>(Example.class);
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
            out.writeLong(count);
            while (rows.hasNext()) {
                Row row = rows.next();
                out.writeLong(row.key());
                out.writeLong(row.line());
                writer.write(row.example(), encoder);
                out.writeInt(row.label());
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

    private static final class Reader implements Rows {
        private final Path file;
        private final DataInputStream in;
        private final SpecificDatumReader<Example> reader =
                new SpecificDatumReader<>(Example.class);
        private final BinaryDecoder decoder;
        private long left;

        Reader(Path file, DataInputStream in) throws IOException {
            this.file = file;
            this.in = in;
            decoder = DecoderFactory.get().directBinaryDecoder(in, null);
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
                        in.readLong(), in.readLong(), reader.read(null, decoder), in.readInt());
            } catch (IOException e) {
                throw new UncheckedIOException("can't read the temporary file " + file, e);
            }
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
