package dev.belay.cli.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.cli.report.SampleRun;
import dev.belay.schemas.events.ModelSpec;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ExportedFieldsTest {
    private static final Pattern ROW =
            Pattern.compile("^\\| `(\\w+\\.jsonl)` \\| `(\\w+)` \\|", Pattern.MULTILINE);

    @Test
    void theDocumentationHasTheFieldsOfEachFileInTheirOrder() throws IOException {
        // Given
        ModelSpec model = SampleRun.spec("bow", 0, "hashing", null, 1);
        float[] probabilities = {1, 0};
        Map<String, List<String>> written = new LinkedHashMap<>();
        written.put("truth.jsonl", fields(new ExportRow(null, 0, null, "id", 0, 1, new float[0])));
        written.put(
                "labels.jsonl", fields(new ExportRow(model, 1, null, "id", 0, 0, probabilities)));
        written.put(
                "predictions.jsonl",
                fields(new ExportRow(model, 1, "HOLDOUT", "id", 0, 0, probabilities)));
        // When
        Map<String, List<String>> documented = new LinkedHashMap<>();
        Matcher rows = ROW.matcher(Files.readString(Path.of("../docs/getting-started.md")));
        while (rows.find()) {
            documented.computeIfAbsent(rows.group(1), file -> new ArrayList<>()).add(rows.group(2));
        }
        // Then
        assertEquals(written, documented);
    }

    private static List<String> fields(ExportRow row) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            row.write(json);
        }
        List<String> fields = new ArrayList<>();
        new ObjectMapper().readTree(text.toString()).fieldNames().forEachRemaining(fields::add);
        return fields;
    }
}
