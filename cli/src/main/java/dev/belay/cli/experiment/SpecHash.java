package dev.belay.cli.experiment;

import com.google.common.hash.Hashing;
import dev.belay.schemas.events.ModelSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;

/** What tells whether two runs had the same models: a hash over a model's settings. */
final class SpecHash {
    /**
     * Fields that follow from the others. They can't tell two specs apart, and without them a run
     * that was begun before they were known goes on.
     */
    private static final List<String> DERIVED = List.of("parameters");

    private static final Schema HASHED = hashed(ModelSpec.getClassSchema());

    private SpecHash() {}

    /**
     * SHA-256 (hex) of a spec's Avro binary without {@link #DERIVED} fields.
     *
     * @param spec whose run is 0 everywhere, and that has no hash yet
     */
    static String of(ModelSpec spec) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
            new SpecificDatumWriter<ModelSpec>(HASHED).write(spec, encoder);
            return Hashing.sha256().hashBytes(bytes.toByteArray()).toString();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }

    private static Schema hashed(Schema whole) {
        int known = whole.getField(DERIVED.get(0)).pos(); // those behind it came later
        List<Schema.Field> fields =
                whole.getFields().subList(0, known).stream()
                        .map(field -> new Schema.Field(field, field.schema()))
                        .toList();
        return Schema.createRecord(
                whole.getName(), whole.getDoc(), whole.getNamespace(), false, fields);
    }
}
