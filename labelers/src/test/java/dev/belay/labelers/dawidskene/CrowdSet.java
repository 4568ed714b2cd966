package dev.belay.labelers.dawidskene;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;

/**
 * A real data set with votes and truth, in its file's order.
 *
 * @param truth class of each example
 */
record CrowdSet(String name, int classes, int sources, List<ExampleVotes> votes, int[] truth) {
    /** Reads a set; skips the test where the shared data is absent. */
    static CrowdSet read(String name, int classes) {
        Path file =
                Path.of(System.getProperty("belay.data", "../../shared/data"))
                        .resolve("crowd/" + name + ".jsonl.gz");
        Assumptions.assumeTrue(Files.exists(file), "no shared data beside this project");
        List<ExampleVotes> votes = new ArrayList<>();
        List<Integer> truth = new ArrayList<>();
        ObjectMapper json = new ObjectMapper();
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(file)),
                                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode row = json.readTree(line);
                votes.add(votes(row, classes));
                truth.add(row.get("label").asInt());
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + file, e);
        }
        int sources =
                1 + votes.stream().flatMapToInt(v -> IntStream.of(v.sources())).max().orElse(0);
        return new CrowdSet(
                name,
                classes,
                sources,
                votes,
                truth.stream().mapToInt(Integer::intValue).toArray());
    }

    private static ExampleVotes votes(JsonNode row, int classes) {
        TreeMap<Integer, Integer> votes = new TreeMap<>();
        for (JsonNode pair : row.path("annotations")) {
            votes.put(pair.get(0).asInt(), pair.get(1).asInt());
        }
        for (String column : List.of("weak_labels", "human")) {
            for (JsonNode vote : row.path(column)) {
                votes.put(votes.size(), vote.asInt() < 0 ? classes : vote.asInt());
            }
        }
        return new ExampleVotes(
                votes.keySet().stream().mapToInt(Integer::intValue).toArray(),
                votes.values().stream().mapToInt(Integer::intValue).toArray());
    }

    DawidSkeneSettings settings() {
        return new DawidSkeneSettings(
                classes, IntStream.range(0, sources).mapToObj(s -> "source-" + s).toList());
    }

    /** Share of examples whose label's most probable class, the lowest of equal ones, is right. */
    double accuracy(IntFunction<float[]> label) {
        int right = 0;
        for (int i = 0; i < truth.length; i++) {
            right += ExampleVotes.vote(label.apply(i), classes) == truth[i] ? 1 : 0;
        }
        return (double) right / truth.length;
    }

    /** Number of votes for each class; all 0 where all abstained. */
    float[] majority(int example) {
        float[] counts = new float[classes];
        for (int vote : votes.get(example).votes()) {
            if (vote < classes) {
                counts[vote]++;
            }
        }
        return counts;
    }
}
