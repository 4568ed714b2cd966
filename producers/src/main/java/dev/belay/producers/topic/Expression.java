package dev.belay.producers.topic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.belay.producers.source.DataException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import net.thisptr.jackson.jq.BuiltinFunctionLoader;
import net.thisptr.jackson.jq.JsonQuery;
import net.thisptr.jackson.jq.Scope;
import net.thisptr.jackson.jq.Versions;
import net.thisptr.jackson.jq.exception.JsonQueryException;
import net.thisptr.jackson.jq.exception.JsonQueryUserException;
import org.jspecify.annotations.Nullable;

/**
 * A compiled jq expression that has one result for each record. A plain path such as {@code .a.b}
 * is followed without jq, which takes a tenth of the time; where that fails, jq is asked, for its
 * message.
 */
final class Expression {
    private static final Pattern PATH = Pattern.compile("(\\.[A-Za-z_][A-Za-z0-9_]*)+");

    /** Kind and value in a message of jq. */
    private static final Pattern VALUE =
            Pattern.compile(
                    "(object|array|string|number|boolean|null) \\(.*?\\)(?= (and|cannot|only|as)\\b)");

    private static final Scope ROOT = Scope.newEmptyScope();

    static {
        BuiltinFunctionLoader.getInstance().loadFunctions(Versions.JQ_1_6, ROOT);
    }

    private final String name;
    private final JsonQuery query;

    private final boolean hasVariables;

    /** The fields of a plain path; empty: no plain path. */
    private final List<String> path;

    /**
     * @param name what messages call it
     * @param text of the expression
     * @throws IllegalArgumentException for one that jq does not understand
     */
    Expression(String name, String text) {
        this.name = name;
        try {
            query = JsonQuery.compile(text, Versions.JQ_1_6);
        } catch (JsonQueryException e) {
            throw new IllegalArgumentException(
                    "'%s' is no jq expression: %s".formatted(text, syntax(e)), e);
        }
        hasVariables = text.indexOf('$') >= 0;
        path = PATH.matcher(text).matches() ? List.of(text.substring(1).split("\\.")) : List.of();
    }

    /** Whether a column's name is an expression; else it is a field. */
    static boolean isExpression(String column) {
        return column.startsWith(".") || column.startsWith("$") || column.startsWith("(");
    }

    /** A scope for variables, with jq's functions. */
    static Scope scope() {
        return Scope.newChildScope(ROOT);
    }

    /**
     * The result for a record.
     *
     * @param source what messages call it
     * @param scope the record's variables; made only for an expression that has any
     * @throws DataException when it fails or has not exactly one result
     */
    JsonNode result(String source, JsonNode value, Supplier<Scope> scope) {
        JsonNode found = path.isEmpty() ? null : follow(value);
        return whole(
                found != null ? found : evaluate(source, value, hasVariables ? scope.get() : ROOT));
    }

    /** As jq follows a path: a missing field is null, as is a field of null; else null. */
    private @Nullable JsonNode follow(JsonNode value) {
        JsonNode at = value;
        for (String field : path) {
            if (at.isObject()) {
                JsonNode next = at.get(field);
                at = next == null ? JsonNodeFactory.instance.nullNode() : next;
            } else if (!at.isNull()) {
                return null;
            }
        }
        return at;
    }

    private JsonNode evaluate(String source, JsonNode value, Scope scope) {
        List<JsonNode> results = new ArrayList<>();
        try {
            query.apply(scope, value, results::add);
        } catch (JsonQueryException e) {
            throw DataException.at(
                    source,
                    0,
                    "a record for which '" + name + "' fails (" + reason(e) + ")",
                    "one result",
                    "Correct the expression, or exclude such records with where.",
                    e);
        }
        if (results.size() != 1) {
            throw DataException.at(
                    source,
                    0,
                    results.size() + " results of '" + name + "'",
                    "one",
                    "Correct the expression, or exclude such records with where.");
        }
        return results.get(0);
    }

    /** The parser's message without its list of the tokens that might follow. */
    private static String syntax(JsonQueryException e) {
        Throwable cause = e.getCause();
        String message = cause == null ? e.getMessage() : cause.getMessage();
        return String.valueOf(message).lines().findFirst().orElse("");
    }

    /** What an expression failed with, without the record's values. */
    private static String reason(JsonQueryException e) {
        String message = String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " ");
        if (e instanceof JsonQueryUserException) {
            return message.matches("[\\[{].*") ? "error of an object or array" : message;
        }
        return VALUE.matcher(message).replaceAll("$1");
    }

    /** jq computes with doubles: 3.0 is the integer 3. */
    private static JsonNode whole(JsonNode result) {
        return result.isFloatingPointNumber()
                        && result.doubleValue() == Math.rint(result.doubleValue())
                        && Math.abs(result.doubleValue()) < 1L << 53
                ? JsonNodeFactory.instance.numberNode(result.longValue())
                : result;
    }
}
