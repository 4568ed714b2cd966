package dev.belay.schemas;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/**
 * Avro data of any schema as JSON: records and maps are objects, the values of unions stand for
 * themselves, enums are strings, bytes and fixed are Base64. Logical types stay what they are
 * stored as: a timestamp in milliseconds is a number.
 */
public final class GenericJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private GenericJson() {}

    /**
     * @param datum as Avro's generic reader returns it
     */
    public static JsonNode of(@Nullable Object datum) {
        if (datum == null) {
            return NODES.nullNode();
        } else if (datum instanceof IndexedRecord record) {
            ObjectNode object = NODES.objectNode();
            record.getSchema()
                    .getFields()
                    .forEach(field -> object.set(field.name(), of(record.get(field.pos()))));
            return object;
        } else if (datum instanceof Map<?, ?> map) {
            ObjectNode object = NODES.objectNode();
            map.forEach((key, value) -> object.set(key.toString(), of(value)));
            return object;
        } else if (datum instanceof Collection<?> list) {
            ArrayNode array = NODES.arrayNode();
            list.forEach(item -> array.add(of(item)));
            return array;
        } else if (datum instanceof ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.duplicate().get(copy);
            return NODES.textNode(Base64.getEncoder().encodeToString(copy));
        } else if (datum instanceof GenericFixed fixed) {
            return NODES.textNode(Base64.getEncoder().encodeToString(fixed.bytes()));
        } else if (datum instanceof Boolean truth) {
            return NODES.booleanNode(truth);
        } else if (datum instanceof Integer number) {
            return NODES.numberNode(number);
        } else if (datum instanceof Long number) {
            return NODES.numberNode(number);
        } else if (datum instanceof Float number) {
            // as it is written in decimals: 0.1, not 0.10000000149011612
            return NODES.numberNode(Double.parseDouble(number.toString()));
        } else if (datum instanceof Double number) {
            return NODES.numberNode(number);
        }
        return NODES.textNode(datum.toString()); // strings and enums
    }
}
