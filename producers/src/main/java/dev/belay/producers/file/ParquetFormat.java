package dev.belay.producers.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.jerolba.carpet.CarpetReader;
import com.jerolba.carpet.CloseableIterator;
import dev.belay.plugins.Parameter;
import dev.belay.producers.source.DataConfig.Fields;
import dev.belay.producers.source.DataException;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.ObjLongConsumer;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * Apache Parquet: columns of text, numbers, booleans, lists, groups and maps; bytes become Base64,
 * dates and times text as ISO 8601 has it. A row group's pages are in memory, never the file.
 */
public final class ParquetFormat implements FileFormat {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** How the reader's messages name its file. */
    private static final String OBJECT = "^\\S+@[0-9a-f]+ ";

    @Override
    public String name() {
        return "parquet";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.file(PATH.name(), "The file."));
    }

    @Override
    public void read(SourceFile file, Fields fields, ObjLongConsumer<ObjectNode> rows) {
        if (file.name().endsWith(".gz") || file.name().endsWith(".zst")) {
            throw DataException.at(
                    file.name(),
                    0,
                    "a compressed Parquet file",
                    "the file itself",
                    "Unpack it: Parquet compresses its own pages, and is not read from front to"
                            + " back.");
        }
        long row = 0;
        try (CloseableIterator<?> records = open(file)) {
            while (hasNext(records, file, row)) {
                row++;
                rows.accept(object((Map<?, ?>) next(records, file, row)), row);
            }
        } catch (IOException e) {
            throw file.broken(e, row);
        }
    }

    // the reader throws many kinds of RuntimeException on malformed files; those of the consumer
    // must pass

    private static CloseableIterator<?> open(SourceFile file) throws IOException {
        try {
            return new CarpetReader<>(file.path().toFile(), Map.class).iterator();
        } catch (RuntimeException e) {
            throw malformed(file, 0, e);
        }
    }

    private static boolean hasNext(CloseableIterator<?> records, SourceFile file, long row) {
        try {
            return records.hasNext();
        } catch (RuntimeException e) {
            throw malformed(file, row, e);
        }
    }

    private static Object next(CloseableIterator<?> records, SourceFile file, long row) {
        try {
            return records.next();
        } catch (RuntimeException e) {
            throw malformed(file, row - 1, e);
        }
    }

    private static DataException malformed(SourceFile file, long rows, RuntimeException e) {
        return DataException.at(
                file.name(),
                0,
                "a Parquet file that can't be read after %,d rows (%s)"
                        .formatted(rows, String.valueOf(e.getMessage()).replaceFirst(OBJECT, "")),
                "a complete Parquet file",
                "Fetch or write it again. Is format parquet right for this file?",
                e);
    }

    private static ObjectNode object(Map<?, ?> map) {
        ObjectNode object = JSON.objectNode();
        map.forEach((key, value) -> object.set(String.valueOf(key), json(value)));
        return object;
    }

    private static JsonNode json(@Nullable Object value) {
        if (value == null) return JSON.nullNode();
        if (value instanceof String text) return JSON.textNode(text);
        if (value instanceof Boolean flag) return JSON.booleanNode(flag);
        if (value instanceof Double number) return JSON.numberNode(number);
        if (value instanceof Float number) return JSON.numberNode(number);
        if (value instanceof BigDecimal number) return JSON.numberNode(number);
        if (value instanceof Number whole) return JSON.numberNode(whole.longValue());
        if (value instanceof byte[] bytes) return JSON.binaryNode(bytes);
        if (value instanceof Binary bytes) return JSON.binaryNode(bytes.getBytes());
        if (value instanceof Map<?, ?> map) return object(map);
        if (value instanceof Collection<?> all) {
            ArrayNode array = JSON.arrayNode();
            all.forEach(one -> array.add(json(one)));
            return array;
        }
        return JSON.textNode(value.toString());
    }
}
