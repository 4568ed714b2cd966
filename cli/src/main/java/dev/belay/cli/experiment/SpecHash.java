package dev.belay.cli.experiment;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.belay.schemas.events.ModelSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.jspecify.annotations.Nullable;

/**
 * Whether two specs have the same settings: a hash over canonical pairs of name and value, without
 * the values that are defaults. A field added later, with a default, changes no hash.
 */
public final class SpecHash {
    /** Fields that are no settings, or follow from the others. */
    private static final List<String> IGNORED = List.of("specHash", "run", "parameters");

    /** A field that has no default. */
    private static final Object NONE = new Object();

    private static final Pattern RUN = Pattern.compile("@\\d+$");

    private SpecHash() {}

    /** SHA-256 (hex) of a spec, whatever its run and its {@code specHash} are. */
    public static String of(ModelSpec spec) {
        Hasher hasher = Hashing.sha256().newHasher();
        pairs(spec).forEach((name, value) -> put(put(hasher, name), value));
        return hasher.hash().toString();
    }

    /** Path of each setting that differs from its default → its value. */
    static SortedMap<String, String> pairs(IndexedRecord spec) {
        var pairs = new TreeMap<String, String>();
        for (Schema.Field field : spec.getSchema().getFields()) {
            if (!IGNORED.contains(field.name())) {
                add(field.name(), field.schema(), spec.get(field.pos()), defaultOf(field), pairs);
            }
        }
        // of another experiment the run is part of what the model starts from
        String own = Pattern.quote(pairs.getOrDefault("experiment", "") + "/");
        pairs.computeIfPresent(
                "init", (name, value) -> value.replaceFirst("^(" + own + "[^@]*)@\\d+", "$1"));
        // model ids end with their run
        for (String id : List.of("id", "supervisor", "ceiling")) {
            pairs.computeIfPresent(id, (name, value) -> RUN.matcher(value).replaceFirst(""));
        }
        return pairs;
    }

    private static void add(
            String path,
            Schema schema,
            @Nullable Object value,
            @Nullable Object otherwise,
            Map<String, String> pairs) {
        if (schema.isUnion()) {
            int branch = SpecificData.get().resolveUnion(schema, value);
            add(path, schema.getTypes().get(branch), value, otherwise, pairs);
        } else if (value instanceof IndexedRecord record) {
            for (Schema.Field field : schema.getFields()) {
                Object inner =
                        otherwise instanceof IndexedRecord defaults
                                ? defaults.get(field.pos())
                                : defaultOf(field);
                String at = path + "." + field.name();
                add(at, field.schema(), record.get(field.pos()), inner, pairs);
            }
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((k, v) -> add(path + "." + k, schema.getValueType(), v, NONE, pairs));
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                add(path + "[" + i + "]", schema.getElementType(), list.get(i), NONE, pairs);
            }
        } else if (!String.valueOf(value).equals(String.valueOf(otherwise)) || otherwise == NONE) {
            pairs.put(path, String.valueOf(value));
        }
    }

    private static @Nullable Object defaultOf(Schema.Field field) {
        return field.hasDefaultValue() ? SpecificData.get().getDefaultValue(field) : NONE;
    }

    /** With its length, so that no two sequences of texts give the same bytes. */
    private static Hasher put(Hasher hasher, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return hasher.putInt(bytes.length).putBytes(bytes);
    }
}
