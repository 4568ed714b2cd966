package dev.belay.producers.source;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Reads the classes that cells name: those of truth and of votes. */
record LabelReader(String source, DataConfig config) {
    /**
     * The class of a label, or {@link Row#NO_LABEL} of null.
     *
     * @param where the cell is, for messages
     */
    int label(long line, JsonNode cell, String where) {
        if (cell.isNull()) {
            return Row.NO_LABEL;
        }
        if (cell.isTextual()) {
            return named(line, cell.textValue(), where);
        }
        if (cell.isIntegralNumber() && cell.canConvertToLong()) {
            return numbered(line, cell.longValue(), where);
        }
        throw wrong(line, cell.isNumber() ? cell.asText() : StrictJson.kind(cell), where);
    }

    /**
     * The class that a vote is for, or {@link Row#NO_LABEL} of null, and of -1 where no class has
     * that label: sets of weak labels write it for an abstention.
     *
     * @param where the cell is, for messages
     */
    int vote(long line, JsonNode cell, String where) {
        return isAbstention(cell) && !config.labels().contains("-1")
                ? Row.NO_LABEL
                : label(line, cell, where);
    }

    /** Whether a vote is -1, number or text. */
    static boolean isAbstention(JsonNode cell) {
        return (cell.isIntegralNumber() || cell.isTextual()) && cell.asText().equals("-1");
    }

    private int numbered(long line, long index, String where) {
        if (!config.labels().isEmpty()) {
            int mapped = config.labels().indexOf(Long.toString(index));
            if (mapped < 0) {
                throw wrong(line, Long.toString(index), where);
            }
            return mapped;
        }
        if (index < 0 || index >= config.classes().size()) {
            throw wrong(line, Long.toString(index), where);
        }
        return (int) index;
    }

    /** A class name, else a label of the source or a number. */
    private int named(long line, String text, String where) {
        int named = config.classes().indexOf(text);
        if (named < 0) {
            named = config.labels().indexOf(text);
        }
        if (named >= 0) {
            return named;
        }
        try {
            return numbered(line, Long.parseLong(text), where);
        } catch (NumberFormatException e) {
            throw wrong(line, "'" + RowBuilder.abbreviate(text) + "'", where);
        }
    }

    private DataException wrong(long line, String found, String where) {
        List<String> labels = config.labels();
        String known =
                labels.isEmpty() ? "0 to " + (config.classes().size() - 1) : "one of " + labels;
        return DataException.at(
                source,
                line,
                "label " + found + " in " + where,
                "a class: " + known + ", or one of " + config.classes(),
                "Correct the row, or the classes of the task.");
    }
}
