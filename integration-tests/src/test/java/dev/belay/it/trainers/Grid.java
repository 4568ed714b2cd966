package dev.belay.it.trainers;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.cli.experiment.Experiment;
import dev.belay.cli.experiment.ExperimentFile;
import dev.belay.producers.dataset.DataSet;
import dev.belay.schemas.events.ModelSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The experiment of these tests: six small models a seed, three that learn from truth and three
 * from the labels of one of those, with more than 40 checkpoints each. Seeds are added to a running
 * fleet while a test needs more work for it.
 *
 * @param specs of all seeds, by seed
 */
record Grid(Experiment experiment, DataSet data, List<List<ModelSpec>> specs)
        implements AutoCloseable {
    static final String TASK = "grid";
    static final int PARTITIONS = 4;
    static final int SEEDS = 40;
    static final String SUPERVISOR = "bow";
    private static final int TRAIN = 1_400;
    private static final int HOLDOUT = 16;
    private static final int WORDS = 400;

    static Grid in(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("data.jsonl"), rows());
        Path file = Files.writeString(directory.resolve("grid.yaml"), text());
        Experiment experiment = ExperimentFile.read(file);
        DataSet data = DataSet.open(experiment.data());
        List<List<ModelSpec>> bySeed = new ArrayList<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            bySeed.add(new ArrayList<>());
        }
        experiment
                .resolve(data, PARTITIONS, 1, directory)
                .forEach(spec -> bySeed.get(Math.toIntExact(spec.getSeed())).add(spec));
        return new Grid(experiment, data, bySeed);
    }

    /** Models of the first seeds. */
    List<ModelSpec> seeds(int count) {
        return specs.subList(0, count).stream().flatMap(List::stream).toList();
    }

    /** A model of seed 0. */
    ModelSpec model(String name) {
        return specs.get(0).stream()
                .filter(spec -> spec.getModel().equals(name))
                .findAny()
                .orElseThrow();
    }

    /** How many checkpoints a model makes. */
    static long checkpoints(ModelSpec spec) {
        return (spec.getBudget() + spec.getMicroEpoch() - 1) / spec.getMicroEpoch();
    }

    @Override
    public void close() {
        data.close();
    }

    private static String text() {
        String learn = "micro-epoch: 16, passes: 4, replay: 1, replay-memory: 64";
        StringBuilder seeds = new StringBuilder("0");
        for (int seed = 1; seed < SEEDS; seed++) {
            seeds.append(", ").append(seed);
        }
        return """
        name: grid
        task:
          classes: [even, odd]
        data:
          path: data.jsonl
          holdout: {split: test}
          supervisor-share: 0.5
        models:
          bow:     {encoder: hashing, supervisor: truth, split: supervisor, ready-at: 96, LEARN}
          ceiling: {encoder: hashing, supervisor: truth, LEARN}
          bigrams: {encoder: hashing-bigrams, supervisor: truth, LEARN}
          naive:   {encoder: hashing, supervisor: bow, LEARN}
          conf:    {encoder: hashing, supervisor: bow, loss: {kind: confidence, alpha: 0.5}, LEARN}
          mlp:     {encoder: hashing, head: {mlp: 2}, supervisor: bow, ceiling: none, LEARN}
        seeds: [SEEDS]
        """
                .replace("LEARN", learn)
                .replace("SEEDS", seeds);
    }

    /** Made-up texts of two classes that share their words. */
    private static String rows() throws IOException {
        Random random = new Random(7);
        ObjectMapper json = new ObjectMapper();
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < TRAIN + HOLDOUT; i++) {
            int label = i % 2;
            StringBuilder text = new StringBuilder();
            for (int w = 0; w < 12; w++) {
                int half = random.nextDouble() < 0.68 ? label : 1 - label;
                text.append(" word").append(2 * random.nextInt(WORDS / 2) + half);
            }
            Map<String, Object> row =
                    Map.of(
                            "id",
                            "text-%04d".formatted(i),
                            "text",
                            text.substring(1),
                            "label",
                            label,
                            "split",
                            i < TRAIN ? "train" : "test");
            rows.append(json.writeValueAsString(row)).append('\n');
        }
        return rows.toString();
    }
}
