package dev.belay.schemas;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Events as JSON: maps, lists, texts, numbers and nulls, for any JSON writer. */
public final class EventJson {
    private EventJson() {}

    /** All fields of an event under their names, in the schema's order. */
    public static Map<String, @Nullable Object> of(SpecificRecord event) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (Schema.Field field : event.getSchema().getFields()) {
            fields.put(field.name(), value(event.get(field.pos())));
        }
        return fields;
    }

    private static @Nullable Object value(@Nullable Object value) {
        if (value instanceof SpecificRecord inner) {
            return of(inner);
        }
        if (value instanceof List<?> items) {
            return items.stream().map(EventJson::value).toList();
        }
        return value instanceof Enum<?> symbol ? symbol.name() : value;
    }
}
