package dev.belay.producers.topic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Suppliers;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.StrictJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import net.thisptr.jackson.jq.Scope;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a record. A column whose name begins with {@code .}, <code>$</code> or {@code (}
 * is a jq expression on the record's value, with the variables {@code $key} (text or null), {@code
 * $headers} (object of texts), {@code $timestamp} (ms), {@code $partition} and {@code $offset};
 * other columns are fields of the value.
 */
final class RecordMapping {
    /** Smaller numbers would be event times before 1973: they are seconds. */
    private static final long LEAST_MS = 100_000_000_000L;

    private final String source;
    private final Map<String, Expression> expressions = new LinkedHashMap<>();
    private final boolean onlyExpressions;
    private final @Nullable Expression where;
    private final @Nullable String time;

    /**
     * @param source what messages call it
     * @param columns that are read; of them only expressions are compiled here
     * @param where expression that is true for records to take; empty: all
     * @param time column of the event time; empty: the record's timestamp
     * @throws IllegalArgumentException for an expression that jq does not understand
     */
    RecordMapping(String source, Collection<String> columns, String where, String time) {
        this.source = source;
        List<String> all = new ArrayList<>(columns);
        this.time = time.isEmpty() ? null : time;
        if (!time.isEmpty()) {
            all.add(time);
        }
        all.stream()
                .filter(Expression::isExpression)
                .forEach(c -> expressions.computeIfAbsent(c, text -> new Expression(text, text)));
        this.onlyExpressions = all.stream().allMatch(Expression::isExpression);
        this.where = where.isEmpty() ? null : new Expression("where", where);
    }

    /** Whether columns can be made of such a value: fields need an object. */
    boolean takes(JsonNode value) {
        return onlyExpressions || value.isObject();
    }

    /**
     * The record's columns; null if {@code where} does not take it.
     *
     * @param value of the record
     * @throws DataException when an expression fails or has not exactly one result
     */
    @Nullable ObjectNode columns(JsonNode value, ConsumerRecord<byte[], byte[]> record) {
        Supplier<Scope> scope = Suppliers.memoize(() -> scope(record));
        if (where != null) {
            JsonNode taken = where.result(source, value, scope);
            if (!taken.isBoolean()) {
                throw DataException.at(
                        source,
                        0,
                        "a record for which where gave " + StrictJson.kind(taken),
                        "true or false (== compares, = assigns)",
                        "Correct where.");
            }
            if (!taken.booleanValue()) {
                return null;
            }
        }
        ObjectNode columns =
                value instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
        if (expressions.isEmpty()) {
            return columns;
        }
        // all before the first is set: the columns may be the value itself
        Map<String, JsonNode> results = new LinkedHashMap<>();
        expressions.forEach(
                (name, expression) -> results.put(name, expression.result(source, value, scope)));
        columns.setAll(results);
        return columns;
    }

    /**
     * Event time of a record with these columns, milliseconds.
     *
     * @throws DataException when the column is no time
     */
    long timeMs(ObjectNode columns, ConsumerRecord<byte[], byte[]> record) {
        if (time == null) {
            return record.timestamp() < 0 ? System.currentTimeMillis() : record.timestamp();
        }
        JsonNode cell = columns.path(time);
        if (cell.isIntegralNumber() && cell.longValue() >= LEAST_MS) {
            return cell.longValue();
        }
        if (cell.isTextual()) {
            try {
                return Instant.parse(cell.textValue()).toEpochMilli();
            } catch (DateTimeParseException e) {
                throw wrongTime(cell, e);
            }
        }
        throw wrongTime(cell, null);
    }

    private DataException wrongTime(JsonNode cell, @Nullable Throwable cause) {
        return DataException.at(
                source,
                0,
                "event time "
                        + (cell.isMissingNode()
                                ? "nothing"
                                : cell.isNumber() ? cell.toString() : StrictJson.kind(cell))
                        + " in '"
                        + time
                        + "'",
                "milliseconds since 1970 or ISO 8601 such as 2026-01-31T12:00:00Z",
                "Of seconds write an expression such as (.seconds * 1000).",
                cause);
    }

    private static Scope scope(ConsumerRecord<byte[], byte[]> record) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        Scope scope = Expression.scope();
        scope.setValue("key", text(record.key()));
        scope.setValue("timestamp", nodes.numberNode(record.timestamp()));
        scope.setValue("partition", nodes.numberNode(record.partition()));
        scope.setValue("offset", nodes.numberNode(record.offset()));
        ObjectNode headers = nodes.objectNode();
        record.headers().forEach(header -> headers.set(header.key(), text(header.value())));
        scope.setValue("headers", headers);
        return scope;
    }

    private static JsonNode text(byte @Nullable [] bytes) {
        return bytes == null
                ? JsonNodeFactory.instance.nullNode()
                : JsonNodeFactory.instance.textNode(new String(bytes, StandardCharsets.UTF_8));
    }
}
