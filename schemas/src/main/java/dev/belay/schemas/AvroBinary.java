package dev.belay.schemas;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads events in the Confluent wire format, with encoders and decoders that are reused.
 * Used by one thread.
 */
final class AvroBinary {
    /** Zero byte and schema id, before the Avro binary. */
    static final int HEADER_BYTES = 5;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
    private @Nullable BinaryEncoder encoder;
    private @Nullable BinaryDecoder decoder;
    private final Map<Schema, SpecificDatumWriter<SpecificRecord>> writers = new HashMap<>();
    private final Map<Pair, SpecificDatumReader<?>> readers = new HashMap<>();
    private final Map<Schema, GenericDatumReader<Object>> generic = new HashMap<>();

    byte[] encode(int id, SpecificRecord event) {
        out.reset();
        out.write(0);
        for (int shift = 24; shift >= 0; shift -= 8) {
            out.write(id >>> shift); // the low 8 bits
        }
        encoder = EncoderFactory.get().binaryEncoder(out, encoder);
        try {
            writers.computeIfAbsent(event.getSchema(), s -> new SpecificDatumWriter<>(s))
                    .write(event, encoder);
            encoder.flush();
        } catch (IOException | AvroRuntimeException e) {
            throw new SerializationException(
                    "cannot write " + event.getSchema().getName() + ": " + e.getMessage(), e);
        }
        return out.toByteArray();
    }

    <T extends SpecificRecord> T decode(Schema writer, byte[] bytes, Class<T> type)
            throws IOException {
        @SuppressWarnings("unchecked") // the key holds the type
        SpecificDatumReader<T> reader =
                (SpecificDatumReader<T>)
                        readers.computeIfAbsent(
                                new Pair(writer, type),
                                p ->
                                        new SpecificDatumReader<T>(
                                                writer, SpecificData.get().getSchema(type)));
        decoder =
                DecoderFactory.get()
                        .binaryDecoder(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES, decoder);
        T event = reader.read(null, decoder);
        if (!decoder.isEnd()) {
            throw new SerializationException("bytes are left over after the event");
        }
        return event;
    }

    /** Data of any schema, as Avro's generic reader returns them. */
    @Nullable Object decode(Schema writer, byte[] bytes) throws IOException {
        decoder =
                DecoderFactory.get()
                        .binaryDecoder(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES, decoder);
        Object datum =
                generic.computeIfAbsent(writer, w -> new GenericDatumReader<>(w))
                        .read(null, decoder);
        if (!decoder.isEnd()) {
            throw new SerializationException("bytes are left over after the value");
        }
        return datum;
    }

    private record Pair(Schema writer, Class<?> type) {}
}
