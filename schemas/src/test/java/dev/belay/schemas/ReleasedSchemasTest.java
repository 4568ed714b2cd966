package dev.belay.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What earlier releases wrote can be read for ever. {@code src/test/released/<version>/} keeps each
 * release's schemas and the bytes of one sample event of each (wire format, schema id 1); {@link
 * #main} writes those of a new release.
 */
class ReleasedSchemasTest {
    private static final Path RELEASED = Path.of("src/test/released");

    static List<Path> released() throws IOException {
        try (Stream<Path> files = Files.walk(RELEASED)) {
            List<Path> schemas =
                    files.filter(f -> f.toString().endsWith(".avsc")).sorted().toList();
            assertFalse(schemas.isEmpty(), "no released schemas in " + RELEASED);
            return schemas;
        }
    }

    @ParameterizedTest
    @MethodSource("released")
    void thisVersionReadsWhatAReleaseWrote(Path schemaFile) throws Exception {
        // Given a released schema, in a registry, and bytes written with it
        Schema written = new Schema.Parser().parse(schemaFile.toFile());
        var registry = new MockSchemaRegistryClient();
        registry.register("released-value", new AvroSchema(written));
        byte[] bytes = Files.readAllBytes(bytesOf(schemaFile));
        Class<? extends SpecificRecord> type = typeOf(written);
        // When
        SpecificRecord event = new EventCodec(registry).decode("released", bytes, type);
        // Then
        SpecificRecord sample =
                SampleEvents.ALL.stream().filter(type::isInstance).findFirst().orElseThrow();
        for (Schema.Field field : written.getFields()) {
            Schema.Field now = sample.getSchema().getField(field.name());
            if (now != null) {
                assertEquals(sample.get(now.pos()), event.get(now.pos()), field.name());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("released")
    void thisVersionIsBackwardCompatible(Path schemaFile) throws Exception {
        Schema written = new Schema.Parser().parse(schemaFile.toFile());
        Schema reader = SpecificData.get().getSchema(typeOf(written));
        var result = SchemaCompatibility.checkReaderWriterCompatibility(reader, written);
        assertEquals(SchemaCompatibilityType.COMPATIBLE, result.getType(), result::getDescription);
    }

    private static Class<? extends SpecificRecord> typeOf(Schema schema)
            throws ClassNotFoundException {
        return Class.forName(schema.getFullName()).asSubclass(SpecificRecord.class);
    }

    private static Path bytesOf(Path schemaFile) {
        String name = schemaFile.getFileName().toString();
        return schemaFile.resolveSibling(name.substring(0, name.length() - 5) + ".bin");
    }

    /** Writes the schemas and sample bytes of a release; argument: its version. */
    public static void main(String[] args) throws Exception {
        Path folder = Files.createDirectories(RELEASED.resolve(args[0]));
        for (SpecificRecord event : SampleEvents.ALL) {
            var codec = new EventCodec(new MockSchemaRegistryClient());
            Path file = folder.resolve(event.getSchema().getName() + ".avsc");
            Files.writeString(file, event.getSchema() + "\n");
            byte[] bytes = codec.encode("released", event);
            if (bytes == null) {
                throw new UncheckedIOException(new IOException("no bytes for " + file));
            }
            Files.write(bytesOf(file), bytes);
        }
    }
}
