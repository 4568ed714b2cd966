package dev.belay.it.labelers;

import dev.belay.labelers.dawidskene.DawidSkene;
import dev.belay.labelers.dawidskene.DawidSkeneSettings;
import dev.belay.labelers.dawidskene.ExampleVotes;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.PredictionBlocks;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Progress;
import dev.belay.schemas.events.Split;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Three sources of a task, which another program has labelled: what they say of an example follows
 * from its id. Recounts what Dawid–Skene makes of their votes.
 */
final class Voters {
    static final List<String> IDS =
            List.of(Models.id("good"), Models.id("fair"), Models.id("poor"));
    private static final double[] ACCURACIES = {.9, .75, .6};

    private final TaskOnBroker task;
    private final Topics topics;

    /**
     * What is expected.
     *
     * @param byPartition the labels of each partition, as {@link #text}
     * @param state of the estimator in the end
     */
    record Recount(Map<Integer, List<String>> byPartition, byte[] state) {}

    Voters(TaskOnBroker task) {
        this.task = task;
        this.topics = task.clients.topics();
    }

    /** The distribution that a source gives an example; empty: it abstains; null: no label. */
    static float @Nullable [] vote(String id, int source) {
        Random random = new Random(31L * id.hashCode() + source);
        double kind = random.nextDouble();
        int truth = Integer.parseInt(id.replaceAll("\\D", "")) / 2 % 2;
        int vote = random.nextDouble() < ACCURACIES[source] ? truth : 1 - truth;
        return kind < .1 ? null : kind < .3 ? new float[0] : new float[] {1 - vote, vote};
    }

    /** Labels the STUDENT examples of a range. */
    void label(int from, int to) {
        for (int s = 0; s < IDS.size(); s++) {
            List<Map.Entry<String, Label>> labels = new ArrayList<>();
            for (int i = from + from % 2; i < to; i += 2) {
                String id = "ex-" + i;
                float[] row = vote(id, s);
                if (row != null) {
                    Example example = EventFactory.example(id, Split.STUDENT, "good text " + i, 7L);
                    labels.add(Map.entry(id, EventFactory.label(example, IDS.get(s), 0, row)));
                }
            }
            task.write("voter-" + s, labels(IDS.get(s)), labels);
        }
    }

    /** Ends their labels. */
    void end() {
        List<Map.Entry<String, Progress>> events = new ArrayList<>();
        for (String id : IDS) {
            long[] counts = new long[TaskOnBroker.PARTITIONS];
            task.read(labels(id), Label.class).forEach(label -> counts[label.partition()]++);
            for (int p = 0; p < counts.length; p++) {
                events.add(
                        Map.entry(
                                ProgressTable.key(labels(id), p, id),
                                new Progress(
                                        labels(id),
                                        p,
                                        id,
                                        counts[p],
                                        Map.of(),
                                        null,
                                        0L,
                                        true,
                                        null,
                                        List.of())));
            }
        }
        task.write("voters", topics.progress(TaskOnBroker.TASK), events);
    }

    /** Predicts a holdout of so many rows. */
    void holdout(int rows) {
        List<Map.Entry<String, PredictionBlock>> events = new ArrayList<>();
        for (int s = 0; s < IDS.size(); s++) {
            var stream = PredictionBlocks.ofLabels(TaskKind.CLASSES, IDS.get(s), 0);
            stream.add("ex-0", 7, new float[] {1, 0});
            var sweep = new PredictionBlocks(TaskKind.CLASSES, IDS.get(s), 0, Phase.HOLDOUT, rows);
            for (int i = 0; i < rows; i++) {
                float[] row = vote("held-" + i, s);
                if (row == null || row.length == 0) {
                    sweep.addAbstained("held-" + i, 7, 2);
                } else {
                    sweep.add("held-" + i, 7, row);
                }
            }
            stream.blocks().forEach(block -> events.add(Map.entry("stream", block)));
            sweep.blocks().forEach(block -> events.add(Map.entry("sweep", block)));
        }
        task.write("voters", topics.predictions(TaskOnBroker.TASK), events);
    }

    /**
     * Recounts from the topic of examples: one record of each partition after the other, without
     * those that have ended.
     */
    Recount recount(DawidSkeneSettings settings) {
        Map<Integer, List<Example>> examples = new TreeMap<>();
        task.read(topics.examples(TaskOnBroker.TASK), Example.class)
                .forEach(
                        found ->
                                examples.computeIfAbsent(found.partition(), p -> new ArrayList<>())
                                        .add(found.event()));
        int longest = examples.values().stream().mapToInt(List::size).max().orElse(0);
        DawidSkene estimator = new DawidSkene(settings);
        Map<Integer, List<String>> labels = new TreeMap<>();
        for (int row = 0; row < longest; row++) {
            for (var partition : examples.entrySet()) {
                if (row < partition.getValue().size()) {
                    Example example = partition.getValue().get(row);
                    if (example.getSplit() == Split.STUDENT && hasLabel(example.getId())) {
                        labels.computeIfAbsent(partition.getKey(), p -> new ArrayList<>())
                                .add(text(example.getId(), answer(estimator, example.getId())));
                    }
                }
            }
        }
        return new Recount(labels, estimator.toBytes());
    }

    /** Whether any source has a label. */
    private static boolean hasLabel(String id) {
        return vote(id, 0) != null || vote(id, 1) != null || vote(id, 2) != null;
    }

    private static List<Float> answer(DawidSkene estimator, String id) {
        ExampleVotes votes = votes(id);
        boolean any = Arrays.stream(votes.votes()).anyMatch(vote -> vote < 2);
        return any ? boxed(estimator.update(votes)) : List.of();
    }

    /** The votes on an example. */
    static ExampleVotes votes(String id) {
        TreeMap<Integer, float[]> rows = new TreeMap<>();
        for (int s = 0; s < IDS.size(); s++) {
            float[] row = vote(id, s);
            if (row != null) {
                rows.put(s, row);
            }
        }
        return ExampleVotes.of(rows, 2);
    }

    static List<Float> boxed(float[] row) {
        return List.of(row[0], row[1]);
    }

    static String text(String id, List<Float> probabilities) {
        return id + " " + probabilities;
    }

    private String labels(String labeler) {
        return topics.labels(TaskOnBroker.TASK, labeler);
    }
}
