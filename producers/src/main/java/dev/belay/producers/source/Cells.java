package dev.belay.producers.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cells of one row, by column. Each method throws a {@link DataException} when the column is
 * missing or its cell is of another type.
 *
 * @param source what messages call it
 * @param line 1-based; 0 for a record of a topic, of which columns may be computed: their names
 *     begin with a character of {@code .$(}
 * @param keys of the experiment file that name the columns, for messages
 */
record Cells(String source, long line, ObjectNode row, String keys) {
    JsonNode cell(String column) {
        JsonNode cell = row.get(column);
        if (cell == null) {
            List<String> found = new ArrayList<>();
            row.fieldNames()
                    .forEachRemaining(
                            name -> {
                                if (line > 0
                                        || name.isEmpty()
                                        || ".$(".indexOf(name.charAt(0)) < 0) {
                                    found.add(name);
                                }
                            });
            throw DataException.at(
                    source,
                    line,
                    "columns " + found,
                    "a column '" + column + "'",
                    "Correct the row, or name the right column in " + keys + ".");
        }
        return cell;
    }

    /** Any text, also an empty one. */
    String text(String column) {
        JsonNode cell = cell(column);
        if (!cell.isTextual()) {
            throw wrongType(cell, column, "a string");
        }
        return cell.textValue();
    }

    /** A text or an integer, as text. */
    String scalar(String column) {
        JsonNode cell = cell(column);
        if (!cell.isTextual() && !cell.isIntegralNumber()) {
            throw wrongType(cell, column, "a string or an integer");
        }
        return cell.asText();
    }

    /** The same; null where the cell is empty or null. */
    @Nullable String optional(String column) {
        JsonNode cell = cell(column);
        return cell.isNull() || cell.asText().isEmpty() ? null : scalar(column);
    }

    /** A number, also as a text. */
    double number(String column) {
        return number(cell(column), column);
    }

    /** An array of numbers, also as a JSON text. */
    double[] numbers(String column) {
        JsonNode cell = cell(column);
        JsonNode array = json(column);
        if (!array.isArray()) {
            throw wrongType(cell, column, "an array of numbers, such as [0.5, 2]");
        }
        double[] numbers = new double[array.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number(array.get(i), column);
        }
        return numbers;
    }

    /** An array of texts, also as a JSON text. */
    List<String> texts(String column) {
        JsonNode cell = cell(column);
        JsonNode array = json(column);
        List<String> texts = new ArrayList<>();
        for (JsonNode text : array) {
            if (!text.isTextual()) {
                throw wrongType(cell, column, "an array of strings");
            }
            texts.add(text.textValue());
        }
        if (!array.isArray()) {
            throw wrongType(cell, column, "an array of strings");
        }
        return texts;
    }

    /** The cell, or what its text has as JSON; a text that is no JSON is returned as it is. */
    JsonNode json(String column) {
        JsonNode cell = cell(column);
        if (cell.isTextual() && cell.textValue().isEmpty()) {
            return cell;
        }
        try {
            return cell.isTextual() ? StrictJson.MAPPER.readTree(cell.textValue()) : cell;
        } catch (JsonProcessingException e) {
            return cell; // refused by the caller
        }
    }

    private double number(JsonNode cell, String column) {
        try {
            if (cell.isNumber() || cell.isTextual()) {
                return cell.isNumber() ? cell.doubleValue() : Double.parseDouble(cell.textValue());
            }
        } catch (NumberFormatException e) {
            throw wrongType(cell, column, "a number");
        }
        throw wrongType(cell, column, "a number");
    }

    private DataException wrongType(JsonNode cell, String column, String expected) {
        String value = cell.isTextual() ? ": '" + RowBuilder.abbreviate(cell.asText()) + "'" : "";
        return DataException.at(
                source,
                line,
                StrictJson.kind(cell) + " in '" + column + "'" + value,
                expected,
                "Correct the row, or name the right column in " + keys + ".");
    }
}
