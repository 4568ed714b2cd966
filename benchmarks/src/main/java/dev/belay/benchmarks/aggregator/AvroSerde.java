package dev.belay.benchmarks.aggregator;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Records of one schema in plain Avro, without a registry: less work than with one. */
record AvroSerde(Schema schema) implements Serde<GenericRecord> {
    private static final ThreadLocal<BinaryEncoder> ENCODERS = new ThreadLocal<>();
    private static final ThreadLocal<BinaryDecoder> DECODERS = new ThreadLocal<>();

    /**
     * @param json of the schema
     */
    static AvroSerde of(String json) {
        return new AvroSerde(new Schema.Parser().parse(json));
    }

    GenericRecord record(Object... values) {
        GenericRecord record = new GenericData.Record(schema);
        for (int i = 0; i < values.length; i++) record.put(i, values[i]);
        return record;
    }

    @Override
    public Serializer<GenericRecord> serializer() {
        var writer = new GenericDatumWriter<GenericRecord>(schema);
        return (topic, record) -> {
            if (record == null) return null;
            var out = new ByteArrayOutputStream(64);
            try {
                BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, ENCODERS.get());
                ENCODERS.set(encoder);
                writer.write(record, encoder);
                encoder.flush();
            } catch (IOException e) {
                throw new SerializationException("cannot write to " + topic, e);
            }
            return out.toByteArray();
        };
    }

    @Override
    public Deserializer<GenericRecord> deserializer() {
        var reader = new GenericDatumReader<GenericRecord>(schema);
        return new Deserializer<>() {
            @Override
            public @Nullable GenericRecord deserialize(String topic, byte @Nullable [] bytes) {
                if (bytes == null) return null;
                BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, DECODERS.get());
                DECODERS.set(decoder);
                try {
                    return reader.read(null, decoder);
                } catch (IOException e) {
                    throw new SerializationException("cannot read from " + topic, e);
                }
            }
        };
    }
}
