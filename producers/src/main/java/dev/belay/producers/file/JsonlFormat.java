package dev.belay.producers.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.producers.source.DataConfig.Fields;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.StrictJson;
import java.io.IOException;
import java.util.function.ObjLongConsumer;

/**
 * One JSON object a line; blank lines are skipped, other columns are ignored. A label is a class
 * index (number), a class name (string), or null for a row whose truth is not known.
 */
public final class JsonlFormat implements FileFormat {
    @Override
    public String name() {
        return "jsonl";
    }

    @Override
    public void read(SourceFile file, Fields fields, ObjLongConsumer<ObjectNode> rows) {
        LineReader lines = new LineReader(file.content());
        try {
            for (String line = lines.next(); line != null; line = lines.next()) {
                if (!line.isBlank()) {
                    rows.accept(object(line, file.name(), lines), lines.number());
                }
            }
        } catch (IOException e) {
            throw file.broken(e, lines.number());
        }
    }

    private static ObjectNode object(String text, String file, LineReader lines) {
        JsonNode node;
        try {
            node = StrictJson.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw DataException.at(
                    file,
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
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw DataException.at(
                file,
                lines.number(),
                StrictJson.kind(node),
                "a JSON object",
                "Each line holds one object.");
    }
}
