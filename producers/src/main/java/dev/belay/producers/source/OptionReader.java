package dev.belay.producers.source;

import com.fasterxml.jackson.databind.JsonNode;
import dev.belay.producers.source.DataConfig.OptionColumns;
import dev.belay.schemas.TaskKind;
import java.util.List;

/** Reads the options of a row and which of them is right, both in the order of the source. */
record OptionReader(String source, DataConfig.Fields fields) {
    /** The options. */
    List<String> texts(Cells cells) {
        OptionColumns columns = columns();
        List<String> texts =
                columns.isList()
                        ? cells.texts(columns.columns().get(0))
                        : columns.columns().stream().map(cells::text).toList();
        int found = texts.size();
        if (found < TaskKind.MIN_OPTIONS || found > TaskKind.MAX_OPTIONS) {
            throw DataException.at(
                    source,
                    cells.line(),
                    found + " option(s)",
                    TaskKind.MIN_OPTIONS + " to " + TaskKind.MAX_OPTIONS,
                    "Take the row out.");
        }
        int empty = texts.indexOf("");
        if (empty >= 0) {
            throw DataException.at(
                    source,
                    cells.line(),
                    "an empty option " + empty,
                    "a text in every option",
                    "Take the row out.");
        }
        return texts;
    }

    /**
     * Index of the right option, or {@link Row#NO_LABEL}.
     *
     * @param size number of options
     */
    int label(Cells cells, int size) {
        int right = columns().isList() ? -1 : columns().columns().indexOf(fields.label());
        if (right >= 0) {
            return right;
        }
        return index(cells.line(), cells.cell(fields.label()), size, "'" + fields.label() + "'");
    }

    /**
     * Index of the option that a cell names, or {@link Row#NO_LABEL} if it is empty.
     *
     * @param size number of options
     * @param where the cell is, for messages
     */
    int index(long line, JsonNode cell, int size, String where) {
        if (cell.isNull() || (cell.isTextual() && cell.textValue().isEmpty())) {
            return Row.NO_LABEL;
        }
        String label = cell.asText();
        for (int i = 0; i < size; i++) {
            if (label.equals(Integer.toString(i))) {
                return i;
            }
        }
        String found =
                cell.isTextual() || cell.isNumber()
                        ? "'" + RowBuilder.abbreviate(label) + "'"
                        : StrictJson.kind(cell);
        throw DataException.at(
                source,
                line,
                "label " + found + " in " + where,
                "the index of an option, 0 to " + (size - 1),
                "Correct the row, or name the right column in data.fields.");
    }

    private OptionColumns columns() {
        OptionColumns columns = fields.options();
        if (columns == null) {
            throw new IllegalStateException("a class task has no options");
        }
        return columns;
    }
}
