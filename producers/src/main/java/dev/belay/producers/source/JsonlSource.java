package dev.belay.producers.source;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object a line; blank lines are skipped, other columns are ignored. A label is a class
 * index (number), a class name (string), or null for a row whose truth is not known.
 */
public final class JsonlSource implements RowSource {
    static final ObjectMapper JSON =
            new ObjectMapper()
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private final Path path;
    private final DataConfig.Fields fields;
    private final RowBuilder builder;

    public JsonlSource(Path path, DataConfig.Fields fields, RowBuilder builder) {
        this.path = path;
        this.fields = fields;
        this.builder = builder;
    }

    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public String read(Consumer<Row> rows) {
        try (SourceFile file = new SourceFile(path)) {
            LineReader lines = new LineReader(file.content());
            boolean any = false;
            try {
                for (String line = lines.next(); line != null; line = lines.next()) {
                    if (!line.isBlank()) {
                        rows.accept(row(line, lines));
                        any = true;
                    }
                }
                if (!any) {
                    throw file.empty();
                }
                return file.sha256Hex();
            } catch (IOException e) {
                throw file.broken(e, lines.number());
            }
        }
    }

    private Row row(String text, LineReader lines) {
        long line = lines.number();
        JsonNode node = parse(text, lines);
        if (!node.isObject()) {
            throw DataException.at(
                    name(),
                    line,
                    "a JSON " + kind(node),
                    "a JSON object",
                    "Each line holds one object.");
        }
        return row(node, line);
    }

    /** The row of an object; also of one that is no line of a file. */
    Row row(JsonNode node, long line) {
        return builder.row(line, new JsonCells(node, line), label(node, line));
    }

    /** A text or whole number of an object that is no line of a file. */
    String scalar(JsonNode node, String column) {
        return new JsonCells(node, 0).scalar(column);
    }

    private final class JsonCells implements Cells {
        private final JsonNode node;
        private final long line;

        JsonCells(JsonNode node, long line) {
            this.node = node;
            this.line = line;
        }

        @Override
        public String text(String column) {
            JsonNode cell = cell(node, column, line);
            if (!cell.isTextual()) {
                throw wrongType(cell, column, line, "a string");
            }
            return cell.textValue();
        }

        @Override
        public String scalar(String column) {
            JsonNode cell = cell(node, column, line);
            if (!cell.isTextual() && !cell.isIntegralNumber()) {
                throw wrongType(cell, column, line, "a string or an integer");
            }
            return cell.asText();
        }

        @Override
        public @Nullable String optional(String column) {
            JsonNode cell = cell(node, column, line);
            return cell.isNull() || cell.asText().isEmpty() ? null : scalar(column);
        }

        @Override
        public double number(String column) {
            return number(cell(node, column, line), column);
        }

        @Override
        public double[] numbers(String column) {
            JsonNode cell = cell(node, column, line);
            if (!cell.isArray()) {
                throw wrongType(cell, column, line, "an array of numbers");
            }
            double[] numbers = new double[cell.size()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = number(cell.get(i), column);
            }
            return numbers;
        }

        private double number(JsonNode cell, String column) {
            if (!cell.isNumber()) {
                throw wrongType(cell, column, line, "a number");
            }
            return cell.doubleValue();
        }
    }

    private JsonNode parse(String text, LineReader lines) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw DataException.at(
                    name(),
                    lines.number(),
                    lines.complete()
                            ? "text that is not JSON (" + e.getOriginalMessage() + ")"
                            : "a last line that is not JSON and has no line end",
                    "one JSON object a line",
                    lines.complete()
                            ? "Is format jsonl right for this file?"
                            : "The file seems to be truncated: fetch or write it again.",
                    e);
        }
    }

    private JsonNode cell(JsonNode node, String column, long line) {
        JsonNode cell = node.get(column);
        if (cell == null) {
            List<String> found = new ArrayList<>();
            node.fieldNames().forEachRemaining(found::add);
            throw DataException.at(
                    name(),
                    line,
                    "columns " + found,
                    "a column '" + column + "'",
                    "Correct the row, or name the right column in data.fields.");
        }
        return cell;
    }

    int label(JsonNode node, long line) {
        JsonNode cell = cell(node, fields.label(), line);
        if (cell.isNull()) {
            return Row.NO_LABEL;
        }
        if (cell.isTextual()) {
            return builder.labelOf(line, cell.textValue());
        }
        if (cell.isIntegralNumber() && cell.canConvertToLong()) {
            return builder.labelOf(line, cell.longValue());
        }
        throw builder.wrongLabel(line, cell.isNumber() ? cell.asText() : "a JSON " + kind(cell));
    }

    private DataException wrongType(JsonNode cell, String column, long line, String expected) {
        return DataException.at(
                name(),
                line,
                "a JSON " + kind(cell) + " in '" + column + "'",
                expected,
                "Correct the row, or name the right column in data.fields.");
    }

    static String kind(@Nullable JsonNode node) {
        return node == null ? "nothing" : node.getNodeType().name().toLowerCase(Locale.ROOT);
    }
}
