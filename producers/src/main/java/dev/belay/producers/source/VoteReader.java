package dev.belay.producers.source;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntBiFunction;

/**
 * Reads the votes of annotators on one row. A cell with all of them is a JSON object {annotator:
 * label}, an array of pairs [annotator, label], or an array of labels, whose annotators are their
 * positions from 0; also as a JSON text. Null, an empty text and an abstention are no vote.
 */
final class VoteReader {
    static final int MOST_ANNOTATORS = 256;
    static final int MAX_NAME_CHARS = 64;

    private final Cells cells;
    private final ToIntBiFunction<JsonNode, String> labels;
    private final Map<String, Integer> votes = new TreeMap<>();

    private VoteReader(Cells cells, ToIntBiFunction<JsonNode, String> labels) {
        this.cells = cells;
        this.labels = labels;
    }

    /**
     * Annotators and the class, or option, that each voted for.
     *
     * @param labels reads a label in a place, which messages name; {@link Row#NO_LABEL}: none
     * @throws DataException when a label, a name or their number is wrong
     */
    static Map<String, Integer> read(
            Cells cells, VoteColumns columns, ToIntBiFunction<JsonNode, String> labels) {
        VoteReader reader = new VoteReader(cells, labels);
        if (columns instanceof VoteColumns.Each each) {
            each.annotators()
                    .forEach(
                            (annotator, column) ->
                                    reader.add(annotator, cells.cell(column), column));
        } else if (columns instanceof VoteColumns.One one) {
            reader.addAll(one.column());
        }
        return reader.votes;
    }

    private void addAll(String column) {
        JsonNode cell = cells.json(column);
        if (isNone(cell)) {
            return;
        }
        if (cell.isObject()) {
            cell.properties().forEach(vote -> add(vote.getKey(), vote.getValue(), column));
            return;
        }
        if (!cell.isArray()) {
            throw wrongForm(cell, column);
        }
        for (int i = 0; i < cell.size(); i++) {
            JsonNode vote = cell.get(i);
            if (!vote.isArray()) {
                add(Integer.toString(i), vote, column);
            } else if (vote.size() == 2
                    && (vote.get(0).isTextual() || vote.get(0).isIntegralNumber())) {
                add(vote.get(0).asText(), vote.get(1), column);
            } else {
                throw wrongForm(vote, column);
            }
        }
    }

    private void add(String annotator, JsonNode cell, String column) {
        if (isNone(cell)) {
            return;
        }
        String place = "'" + column + "'";
        requireName(cells, annotator, column);
        int label = labels.applyAsInt(cell, place + ", annotator '" + annotator + "'");
        if (label == Row.NO_LABEL) {
            return;
        }
        if (votes.put(annotator, label) != null) {
            throw wrong(
                    "two votes of annotator '" + annotator + "' in " + place,
                    "one vote an annotator");
        }
        if (votes.size() > MOST_ANNOTATORS) {
            throw wrong(
                    "more than " + MOST_ANNOTATORS + " votes in " + place,
                    "at most " + MOST_ANNOTATORS + " an example");
        }
    }

    /**
     * Checks the name of an annotator.
     *
     * @throws DataException when it is empty or too long
     */
    static void requireName(Cells cells, String annotator, String column) {
        if (annotator.isBlank() || annotator.length() > MAX_NAME_CHARS) {
            throw wrong(
                    cells,
                    "an annotator's name of "
                            + annotator.length()
                            + " characters in '"
                            + column
                            + "'",
                    "1 to " + MAX_NAME_CHARS + " characters, not only spaces");
        }
    }

    private static boolean isNone(JsonNode cell) {
        return cell.isNull() || (cell.isTextual() && cell.textValue().isEmpty());
    }

    private DataException wrongForm(JsonNode cell, String column) {
        String value = cell.isTextual() ? " '" + RowBuilder.abbreviate(cell.textValue()) + "'" : "";
        return wrong(
                StrictJson.kind(cell) + value + " in '" + column + "'",
                "votes such as {\"anna\": 1, \"ben\": 0}, [[\"anna\", 1], [\"ben\", 0]] or [1, 0]");
    }

    private DataException wrong(String found, String expected) {
        return wrong(cells, found, expected);
    }

    private static DataException wrong(Cells cells, String found, String expected) {
        return DataException.at(
                cells.source(),
                cells.line(),
                found,
                expected,
                "Correct the row, or name the right column in " + cells.keys() + ".");
    }
}
