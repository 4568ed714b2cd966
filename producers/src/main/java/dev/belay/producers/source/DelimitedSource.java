package dev.belay.producers.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * CSV (RFC 4180) or TSV with a header line. An empty label cell is a row whose truth is not known;
 * a label is a class name, else a class index.
 */
public final class DelimitedSource implements RowSource {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final CSVFormat CSV = CSVFormat.RFC4180.builder().get();
    private static final CSVFormat TSV =
            CSVFormat.RFC4180.builder().setDelimiter('\t').setQuote(null).get();

    private final Path path;
    private final CSVFormat format;
    private final DataConfig.Fields fields;
    private final RowBuilder builder;

    public DelimitedSource(
            Path path, DataConfig.Format format, DataConfig.Fields fields, RowBuilder builder) {
        this.path = path;
        this.format = format == DataConfig.Format.TSV ? TSV : CSV;
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
            long line = 0;
            try {
                // not closed: closing the file closes what is below it
                BufferedReader reader =
                        new BufferedReader(
                                new InputStreamReader(file.content(), LineReader.strictUtf8()));
                skipByteOrderMark(reader);
                CSVParser parser = CSVParser.builder().setReader(reader).setFormat(format).get();
                Iterator<CSVRecord> records = parser.iterator();
                if (!records.hasNext()) {
                    throw file.empty();
                }
                Header header = header(records.next());
                line = parser.getCurrentLineNumber();
                boolean any = false;
                while (records.hasNext()) {
                    rows.accept(row(records.next(), header, line + 1));
                    line = parser.getCurrentLineNumber();
                    any = true;
                }
                if (!any) {
                    throw file.empty();
                }
                return file.sha256Hex();
            } catch (UncheckedIOException e) {
                // the parser's iterator can't throw what the file below it throws
                throw malformed(file, Objects.requireNonNull(e.getCause()), line);
            } catch (IOException e) {
                throw malformed(file, e, line);
            }
        }
    }

    private static void skipByteOrderMark(BufferedReader reader) throws IOException {
        reader.mark(1);
        if (reader.read() != '\uFEFF') {
            reader.reset();
        }
    }

    private DataException malformed(SourceFile file, IOException e, long afterLine) {
        // commons-csv throws plain IOExceptions for wrong quoting; subclasses are from the file
        // below it
        if (e.getClass() != IOException.class && !e.getClass().getName().contains("commons.csv")) {
            return file.broken(e, afterLine);
        }
        return DataException.at(
                name(),
                afterLine + 1,
                "wrong quoting (" + e.getMessage() + ")",
                "quoted cells to be closed, as RFC 4180 has it",
                "Correct the row; if it is the last one, the file may be truncated.",
                e);
    }

    private Header header(CSVRecord first) {
        List<String> names = first.toList();
        Set<String> unique = new LinkedHashSet<>(names);
        if (unique.size() < names.size()) {
            throw DataException.at(
                    name(),
                    1,
                    "a header with a column named twice: " + names,
                    "different names",
                    "Rename one of them.");
        }
        return new Header(names, column(names, fields.label()));
    }

    private int column(List<String> names, String column) {
        int index = names.indexOf(column);
        if (index < 0) {
            throw DataException.at(
                    name(),
                    1,
                    "columns " + names,
                    "a column '" + column + "'",
                    "Give the file a header line, or name the right column in data.fields.");
        }
        return index;
    }

    private Row row(CSVRecord cells, Header header, long line) {
        if (cells.size() != header.names.size()) {
            throw DataException.at(
                    name(),
                    line,
                    cells.size() + " cells",
                    header.names.size() + " as in the header",
                    "Mend the row; if it is the last one, the file may be cut off.");
        }
        String label = cells.get(header.label).strip();
        return builder.row(
                line,
                new DelimitedCells(cells, header.names, line),
                label.isEmpty() ? Row.NO_LABEL : builder.labelOf(line, label));
    }

    private final class DelimitedCells implements Cells {
        private final CSVRecord cells;
        private final List<String> names;
        private final long line;

        DelimitedCells(CSVRecord cells, List<String> names, long line) {
            this.cells = cells;
            this.names = names;
            this.line = line;
        }

        @Override
        public String text(String column) {
            return cells.get(column(names, column));
        }

        @Override
        public String scalar(String column) {
            return text(column);
        }

        @Override
        public @Nullable String optional(String column) {
            String cell = text(column);
            return cell.isEmpty() ? null : cell;
        }

        @Override
        public double number(String column) {
            try {
                return Double.parseDouble(text(column).strip());
            } catch (NumberFormatException e) {
                throw wrong(column, "a number", e);
            }
        }

        @Override
        public double[] numbers(String column) {
            try {
                return JSON.readValue(text(column), double[].class);
            } catch (JsonProcessingException e) {
                throw wrong(column, "an array of numbers, such as [0.5, 2]", e);
            }
        }

        private DataException wrong(String column, String expected, Exception cause) {
            return DataException.at(
                    name(),
                    line,
                    "'" + RowBuilder.abbreviate(text(column)) + "' in '" + column + "'",
                    expected,
                    "Mend the row, or name the right column in data.fields.",
                    cause);
        }
    }

    /** Columns in their order, and which of them is the label. */
    private record Header(List<String> names, int label) {}
}
