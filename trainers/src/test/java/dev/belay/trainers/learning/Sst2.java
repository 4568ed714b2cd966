package dev.belay.trainers.learning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.models.Rng;
import dev.belay.models.input.Input;
import dev.belay.trainers.labels.LabelledExample;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** SST-2 as the optional tests use it: half for supervisors, half for students, a holdout. */
record Sst2(
        List<LabelledExample> supervisor,
        List<LabelledExample> student,
        List<LabelledExample> holdout) {
    /** Beside the project; {@code -Dbelay.data=DIR} for another place. */
    static Path file() {
        return Path.of(System.getProperty("belay.data", "../../shared/data"))
                .resolve("nlp/sst2.jsonl.gz");
    }

    static Sst2 read() throws IOException {
        var data = new Sst2(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        var json = new ObjectMapper();
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(file())),
                                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode row = json.readTree(line);
                float[] label = new float[2];
                label[row.get("label").intValue()] = 1;
                String id = row.get("id").textValue();
                var example =
                        new LabelledExample(id, Input.of(row.get("text").textValue()), 0, label);
                if (row.get("split").textValue().equals("test")) data.holdout.add(example);
                else if (new Rng(id.hashCode()).nextDouble() < 0.5) data.supervisor.add(example);
                else data.student.add(example);
            }
        }
        return data;
    }

    /** The first n in an order of the seed's own. */
    static List<LabelledExample> draw(List<LabelledExample> examples, int n, long seed) {
        int[] order = new int[examples.size()];
        for (int i = 0; i < order.length; i++) order[i] = i;
        new Rng(seed, 77).shuffle(order, n);
        var drawn = new ArrayList<LabelledExample>(n);
        for (int i = 0; i < n; i++) drawn.add(examples.get(order[i]));
        return drawn;
    }

    static double accuracy(float[][] predictions, List<LabelledExample> examples) {
        int right = 0;
        for (int i = 0; i < predictions.length; i++) {
            float[] truth = examples.get(i).probabilities();
            if ((predictions[i][1] > predictions[i][0]) == (truth[1] > truth[0])) right++;
        }
        return (double) right / predictions.length;
    }
}
