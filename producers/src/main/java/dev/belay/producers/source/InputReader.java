package dev.belay.producers.source;

import com.google.common.hash.Hashing;
import dev.belay.producers.source.DataConfig.InputColumns;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.Images;
import dev.belay.schemas.events.Content;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.TextPart;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads the input of a row from its cells and checks it. */
final class InputReader {
    /** Kafka takes records of 1 MiB; labels repeat the input. */
    static final int MAX_TEXT_BYTES = 512 << 10;

    private static final String SEPARATOR = " [SEP] ";

    private final String file;
    private final InputColumns columns;
    private final ImageReader images;
    private int vectorLength;

    InputReader(String file, InputColumns columns) {
        this.file = file;
        this.columns = columns;
        this.images = new ImageReader(file, columns);
    }

    /** Features of the vectors read so far; 0 before the first. */
    int vectorLength() {
        return vectorLength;
    }

    /** As {@link RowBuilder#filesHash}. */
    String filesHash() {
        return images.filesHash();
    }

    /** An example with its input only. */
    Example.Builder read(Cells cells) {
        long line = cells.line();
        if (columns instanceof InputColumns.Text text) {
            return text(line, cells.text(text.column()));
        }
        if (columns instanceof InputColumns.Parts parts) {
            return parts(line, parts.columns(), parts.columns().stream().map(cells::text).toList());
        }
        if (columns instanceof InputColumns.SplitText split) {
            String text = cells.text(split.column());
            String separator = Pattern.quote(split.separator());
            return parts(line, split.names(), List.of(text.split(separator, -1)));
        }
        if (columns instanceof InputColumns.Features features) {
            return vector(line, features.columns().stream().mapToDouble(cells::number).toArray());
        }
        if (columns instanceof InputColumns.Vector vector) {
            return vector(line, cells.numbers(vector.column()));
        }
        byte[] image = images.read(cells);
        return EventFactory.exampleBuilder("")
                .setContent(
                        new Content(
                                Images.mediaType(image),
                                ByteBuffer.wrap(image),
                                null,
                                Hashing.sha256().hashBytes(image).toString(),
                                (long) image.length));
    }

    private Example.Builder text(long line, String text) {
        int bytes = RowBuilder.utf8Length(text);
        if (text.isBlank()) {
            throw DataException.at(
                    file, line, "an empty text", "a text to classify", "Take the row out.");
        }
        if (bytes > MAX_TEXT_BYTES) {
            throw tooLarge(line, "a text", bytes);
        }
        return EventFactory.exampleBuilder(text);
    }

    private Example.Builder parts(long line, List<String> names, List<String> texts) {
        if (texts.size() != names.size()) {
            throw DataException.at(
                    file,
                    line,
                    texts.size() + " part(s)",
                    names.size() + ": " + names,
                    "Mend the row, or the separator in data.fields.parts.");
        }
        List<TextPart> parts = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (texts.get(i).isBlank()) {
                throw DataException.at(
                        file,
                        line,
                        "an empty part '" + names.get(i) + "'",
                        "a text in every part",
                        "Take the row out.");
            }
            parts.add(new TextPart(names.get(i), texts.get(i)));
        }
        // twice: as parts, and joined for readers of release 0.1
        String joined = texts.stream().collect(Collectors.joining(SEPARATOR));
        if (2L * RowBuilder.utf8Length(joined) > MAX_TEXT_BYTES) {
            throw tooLarge(line, "parts", 2L * RowBuilder.utf8Length(joined));
        }
        return text(line, joined).setParts(parts);
    }

    private Example.Builder vector(long line, double[] values) {
        if (values.length == 0 || (vectorLength > 0 && values.length != vectorLength)) {
            throw DataException.at(
                    file,
                    line,
                    "a vector of " + values.length + " features",
                    vectorLength > 0 ? vectorLength + " as in the rows before" : "at least one",
                    "Mend the row.");
        }
        if (Float.BYTES * values.length > MAX_TEXT_BYTES) {
            throw tooLarge(line, "a vector", (long) Float.BYTES * values.length);
        }
        vectorLength = values.length;
        List<Float> vector = new ArrayList<>(values.length);
        for (double value : values) {
            if (!Float.isFinite((float) value)) {
                throw DataException.at(
                        file,
                        line,
                        "feature " + vector.size() + " = " + value,
                        "numbers that float32 can hold",
                        "Mend the row.");
            }
            vector.add((float) value);
        }
        return EventFactory.exampleBuilder("").setVector(Collections.unmodifiableList(vector));
    }

    /** Refuses options that are too large together with the rest of the example. */
    void requireFits(long line, Example.Builder example, List<String> options) {
        long bytes = RowBuilder.utf8Length(example.getText());
        if (example.getParts() != null) {
            bytes *= 2;
        }
        for (String option : options) {
            bytes += RowBuilder.utf8Length(option);
        }
        if (bytes > MAX_TEXT_BYTES) {
            throw tooLarge(line, "a text with its options", bytes);
        }
    }

    private DataException tooLarge(long line, String what, long bytes) {
        return DataException.at(
                file,
                line,
                what + " of " + bytes + " bytes",
                "at most " + MAX_TEXT_BYTES,
                "Shorten it or take the row out.");
    }
}
