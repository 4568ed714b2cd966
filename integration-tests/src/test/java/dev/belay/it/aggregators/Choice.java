package dev.belay.it.aggregators;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Draws from what mutants say, and writes it. */
final class Choice {
    private static final long DAY_MS = 86_400_000;

    private final Random random;

    Choice(Random random) {
        this.random = random;
    }

    @SafeVarargs
    final <T> T one(T... some) {
        return some[random.nextInt(some.length)];
    }

    /** A number that nothing can be counted as. */
    long count() {
        return one(-1L, Long.MIN_VALUE, Long.MAX_VALUE, -256L);
    }

    /** A time at which nothing happened. */
    long time() {
        long now = System.currentTimeMillis();
        return one(
                Long.MAX_VALUE,
                Long.MIN_VALUE,
                Long.MIN_VALUE / 2,
                now * 1_000,
                now + 30 * DAY_MS,
                -now * 1_000,
                0L,
                -1L,
                now / 1_000);
    }

    /** An event in the wire format. */
    static byte[] bytes(int schemaId, GenericRecord event) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            header(out, schemaId);
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
            new GenericDatumWriter<GenericRecord>(event.getSchema()).write(event, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static void header(ByteArrayOutputStream out, int schemaId) {
        out.write(0);
        out.writeBytes(ByteBuffer.allocate(4).putInt(schemaId).array());
    }
}
