package dev.belay.cli.table;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Rows under named columns: aligned for people, a list of objects for machines. */
public final class TextTable {
    private final List<String> columns;
    private final List<List<@Nullable Object>> rows = new ArrayList<>();

    public TextTable(String... columns) {
        this.columns = List.of(columns);
    }

    /**
     * @param cells one a column: text, a number, or null for what there is not
     */
    public void add(@Nullable Object... cells) {
        List<@Nullable Object> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(cell);
        }
        rows.add(row);
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /**
     * In JSON, or for people.
     *
     * @param empty what people read if there is no row
     */
    public void print(PrintWriter out, boolean json, String empty) {
        if (json) {
            printJson(out);
        } else if (isEmpty()) {
            out.println(empty);
        } else {
            print(out);
        }
    }

    /** Texts to the left, numbers to the right. */
    public void print(PrintWriter out) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(columns);
        rows.forEach(row -> lines.add(row.stream().map(TextTable::text).toList()));
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int c = 0; c < columns.size(); c++) {
                int column = c;
                int width = lines.stream().mapToInt(l -> l.get(column).length()).max().orElse(0);
                boolean right = rows.stream().anyMatch(row -> row.get(column) instanceof Number);
                text.append(
                        ("%" + (right ? "" : "-") + Math.max(1, width) + "s  ")
                                .formatted(line.get(c)));
            }
            out.println(text.toString().stripTrailing());
        }
    }

    public void printJson(PrintWriter out) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (List<@Nullable Object> row : rows) {
            ObjectNode object = list.addObject();
            for (int c = 0; c < columns.size(); c++) {
                object.putPOJO(columns.get(c), row.get(c));
            }
        }
        out.println(list);
    }

    private static String text(@Nullable Object cell) {
        if (cell instanceof Double value) {
            return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4f", value) : "–";
        }
        return cell == null ? "" : cell.toString();
    }
}
