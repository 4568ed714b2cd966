package dev.belay.benchmarks.rows;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.jerolba.carpet.CarpetReader;
import com.jerolba.carpet.CarpetWriter;
import com.jerolba.carpet.CloseableIterator;
import dev.belay.benchmarks.attach.PlainWriter;
import dev.belay.benchmarks.attach.Review;
import dev.belay.benchmarks.harness.Stage;
import dev.belay.benchmarks.harness.Texts;
import dev.belay.runtime.clients.Clients;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** A format of files of {@link Review}s: written, and read as plainly as its library allows. */
enum RowFile {
    JSONL {
        @Override
        void write(Path file, long rows, Texts texts) throws IOException {
            try (BufferedWriter out = Files.newBufferedWriter(file)) {
                for (long n = 0; n < rows; n++) {
                    out.write(Review.of(n, texts).json().toString());
                    out.write('\n');
                }
            }
        }

        @Override
        void read(Path file, PlainWriter writer) throws IOException {
            ObjectMapper json = new ObjectMapper();
            try (BufferedReader in = Files.newBufferedReader(file)) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    writer.write(json.readTree(line), Stage.TIME_MS);
                }
            }
        }
    },

    PARQUET {
        @Override
        void write(Path file, long rows, Texts texts) throws IOException {
            try (OutputStream out = Files.newOutputStream(file);
                    CarpetWriter<Review> writer =
                            new CarpetWriter.Builder<>(out, Review.class)
                                    .withCompressionCodec(CompressionCodecName.SNAPPY)
                                    .build()) {
                for (long n = 0; n < rows; n++) {
                    writer.write(Review.of(n, texts));
                }
            }
        }

        @Override
        void read(Path file, PlainWriter writer) throws IOException {
            try (CloseableIterator<Review> rows =
                    new CarpetReader<>(file.toFile(), Review.class).iterator()) {
                while (rows.hasNext()) {
                    writer.write(rows.next().json(), Stage.TIME_MS);
                }
            }
        }
    };

    /** As experiment files name it. */
    String format() {
        return name().toLowerCase(Locale.ROOT);
    }

    abstract void write(Path file, long rows, Texts texts) throws IOException;

    /** Reads every row and writes it. */
    abstract void read(Path file, PlainWriter writer) throws IOException;

    /** Seconds in which a plain loop has written a file's rows to a task. */
    double plainSeconds(Path file, Clients clients, String task) {
        long begin = System.nanoTime();
        try (PlainWriter writer = new PlainWriter(clients, task)) {
            read(file, writer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return (System.nanoTime() - begin) / 1e9;
    }
}
