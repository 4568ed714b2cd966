package dev.belay.producers.file;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.producers.source.DataConfig.Fields;
import dev.belay.producers.source.DataException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.ObjLongConsumer;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * CSV (RFC 4180) or TSV with a header line. An empty label cell is a row whose truth is not known;
 * a label is a class name, else a class index.
 */
public abstract sealed class DelimitedFormat implements FileFormat {
    private final String name;
    private final CSVFormat format;

    private DelimitedFormat(String name, CSVFormat format) {
        this.name = name;
        this.format = format;
    }

    /** {@code csv}: as RFC 4180 has it. */
    public static final class Csv extends DelimitedFormat {
        public Csv() {
            super("csv", CSVFormat.RFC4180.builder().get());
        }
    }

    /** {@code tsv}: no quoting, so no tabs or line ends in a cell. */
    public static final class Tsv extends DelimitedFormat {
        public Tsv() {
            super("tsv", CSVFormat.RFC4180.builder().setDelimiter('\t').setQuote(null).get());
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void read(SourceFile file, Fields fields, ObjLongConsumer<ObjectNode> rows) {
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
                return;
            }
            List<String> header = records.next().toList();
            check(header, file.name(), fields);
            line = parser.getCurrentLineNumber();
            while (records.hasNext()) {
                rows.accept(
                        row(records.next(), header, fields.label(), file.name(), line + 1),
                        line + 1);
                line = parser.getCurrentLineNumber();
            }
        } catch (UncheckedIOException e) {
            // the parser's iterator can't throw what the file below it throws
            throw malformed(file, Objects.requireNonNull(e.getCause()), line);
        } catch (IOException e) {
            throw malformed(file, e, line);
        }
    }

    private static void skipByteOrderMark(BufferedReader reader) throws IOException {
        reader.mark(1);
        if (reader.read() != '\uFEFF') {
            reader.reset();
        }
    }

    private static DataException malformed(SourceFile file, IOException e, long afterLine) {
        // commons-csv throws plain IOExceptions for wrong quoting; subclasses are from the file
        // below it
        if (e.getClass() != IOException.class && !e.getClass().getName().contains("commons.csv")) {
            return file.broken(e, afterLine);
        }
        return DataException.at(
                file.name(),
                afterLine + 1,
                "wrong quoting (" + e.getMessage() + ")",
                "quoted cells to be closed, as RFC 4180 has it",
                "Correct the row; if it is the last one, the file may be truncated.",
                e);
    }

    private static void check(List<String> header, String file, Fields fields) {
        if (new HashSet<>(header).size() < header.size()) {
            throw DataException.at(
                    file,
                    1,
                    "a header with a column named twice: " + header,
                    "different names",
                    "Rename one of them.");
        }
        for (String column : fields.columns()) {
            if (!header.contains(column)) {
                throw DataException.at(
                        file,
                        1,
                        "columns " + header,
                        "a column '" + column + "'",
                        "Give the file a header line, or name the right column in data.fields.");
            }
        }
    }

    private static ObjectNode row(
            CSVRecord cells, List<String> header, String label, String file, long line) {
        if (cells.size() != header.size()) {
            throw DataException.at(
                    file,
                    line,
                    cells.size() + " cells",
                    header.size() + " as in the header",
                    "Correct the row; if it is the last one, the file may be truncated.");
        }
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < header.size(); i++) {
            row.put(header.get(i), cells.get(i));
        }
        String known = row.get(label).textValue().strip();
        return row.put(label, known.isEmpty() ? null : known);
    }
}
