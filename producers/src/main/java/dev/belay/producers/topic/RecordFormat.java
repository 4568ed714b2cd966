package dev.belay.producers.topic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.belay.producers.source.StrictJson;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.GenericJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What the values of a topic are; each is read as JSON. */
enum RecordFormat {
    /** JSON in UTF-8. */
    JSON("JSON", "a JSON object") {
        @Override
        JsonNode read(String topic, byte[] value, EventCodec codec) throws IOException {
            return StrictJson.MAPPER.readTree(value);
        }
    },

    /** A zero byte, 4 bytes of a schema's id, then JSON: what serializers of JSON Schema write. */
    JSON_SCHEMA("JSON behind a schema id", "a zero byte, the id of a schema, and a JSON object") {
        @Override
        JsonNode read(String topic, byte[] value, EventCodec codec) throws IOException {
            if (value.length <= EventCodec.HEADER_BYTES || value[0] != 0) {
                throw new IOException("no zero byte and schema id in front");
            }
            return StrictJson.MAPPER.readTree(
                    Arrays.copyOfRange(value, EventCodec.HEADER_BYTES, value.length));
        }
    },

    /** Avro in the Confluent wire format, of any schema that the registry has. */
    AVRO("Avro", "Avro in the Confluent wire format") {
        @Override
        JsonNode read(String topic, byte[] value, EventCodec codec) {
            return GenericJson.of(codec.decode(topic, value));
        }
    },

    /** UTF-8 text; a JSON object with the one field {@code value}. */
    STRING("UTF-8", "UTF-8 text") {
        @Override
        JsonNode read(String topic, byte[] value, EventCodec codec)
                throws CharacterCodingException {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
            return JsonNodeFactory.instance.objectNode().put("value", text);
        }
    };

    private final String title;
    private final String expected;

    RecordFormat(String title, String expected) {
        this.title = title;
        this.expected = expected;
    }

    /** As in experiment files. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static List<String> words() {
        return Arrays.stream(values()).map(RecordFormat::word).toList();
    }

    static RecordFormat of(String word) {
        return Arrays.stream(values()).filter(f -> f.word().equals(word)).findFirst().orElseThrow();
    }

    /** What messages call the format. */
    String title() {
        return title;
    }

    /** What a value has to be, for messages. */
    String expected() {
        return expected;
    }

    /**
     * @throws IOException when it is not of this format
     * @throws org.apache.kafka.common.errors.SerializationException when Avro can't be decoded; see
     *     {@link EventCodec#isOutage}
     */
    abstract JsonNode read(String topic, byte[] value, EventCodec codec) throws IOException;
}
