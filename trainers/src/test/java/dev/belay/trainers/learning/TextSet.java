package dev.belay.trainers.learning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.models.Rng;
import dev.belay.models.input.Input;
import dev.belay.models.loss.BalancedPredictions;
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

/**
 * A set of texts as the optional tests use it: half for supervisors, half for students, a holdout.
 * Labels are the truth, one-hot.
 */
record TextSet(
        int classes,
        List<LabelledExample> supervisor,
        List<LabelledExample> student,
        List<LabelledExample> holdout) {
    /** Beside the project; {@code -Dbelay.data=DIR} for another place. */
    static Path file(String name) {
        return Path.of(System.getProperty("belay.data", "../../shared/data"))
                .resolve("nlp/" + name + ".jsonl.gz");
    }

    static TextSet read(String name) throws IOException {
        boolean topics = name.equals("ag_news"); // 1 to 4, in a column of their own
        var set =
                new TextSet(
                        topics ? 4 : 2, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        var json = new ObjectMapper();
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(file(name))),
                                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode row = json.readTree(line);
                float[] label = new float[set.classes];
                label[topics ? row.get("topic").intValue() - 1 : row.get("label").intValue()] = 1;
                String id = row.get("id").textValue();
                var example =
                        new LabelledExample(id, Input.of(row.get("text").textValue()), 0, label);
                if (row.get("split").textValue().equals("test")) set.holdout.add(example);
                else if (new Rng(id.hashCode()).nextDouble() < 0.5) set.supervisor.add(example);
                else set.student.add(example);
            }
        }
        return set;
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
        for (int i = 0; i < predictions.length; i++)
            if (BalancedPredictions.argmax(predictions[i])
                    == BalancedPredictions.argmax(examples.get(i).probabilities())) right++;
        return (double) right / predictions.length;
    }
}
