package dev.belay.cli.fleet;

import dev.belay.aggregators.counting.TruthHistory;
import dev.belay.cli.export.ExportRow;
import dev.belay.cli.export.TopicReader;
import dev.belay.cli.fleet.Suspects.Suspect;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Truth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the {@link Suspects} among the labels of a student: PROGRESSIVE predictions of the student
 * and of its supervisor, and the truth. No example is judged by a model that has learned from its
 * label.
 */
final class SuspectSearch {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Fleet fleet;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final EventCodec codec;
    private final Topics topics;
    private final java.util.function.Consumer<String> say;

    /**
     * @param consumers makes {@code read_committed} consumers without a group
     * @param say gets a line when reading has to wait for the schema registry
     */
    SuspectSearch(
            Fleet fleet,
            Supplier<Consumer<byte[], byte[]>> consumers,
            EventCodec codec,
            Topics topics,
            java.util.function.Consumer<String> say) {
        this.fleet = fleet;
        this.consumers = consumers;
        this.codec = codec;
        this.topics = topics;
        this.say = say;
    }

    /**
     * Searches among the labels of one student.
     *
     * @throws IllegalArgumentException when it is not known, learns from truth, or no example has
     *     both its prediction and a label
     */
    Suspects of(CheckpointReference reference) {
        if (reference.model() == null) {
            throw new IllegalArgumentException(
                    "'%s' names an experiment, expected EXPERIMENT/STUDENT"
                            .formatted(reference.experiment()));
        }
        ModelSpec student = spec(fleet.model(reference).toString());
        if (student.getSupervisor().equals(ModelId.TRUTH)) {
            throw new IllegalArgumentException(
                    student.getId()
                            + " learns from truth, expected a student of another supervisor");
        }
        ModelSpec supervisor = spec(student.getSupervisor());
        Map<String, ExportRow> predictions = new HashMap<>();
        Map<String, ExportRow> labels = new HashMap<>();
        String topic = topics.predictions(student.getTask());
        reader(topic, PredictionBlock.class)
                .read(
                        (key, timestampMs, block) -> {
                            if (block == null || block.getPhase() != Phase.PROGRESSIVE) {
                                return;
                            }
                            if (block.getModel().equals(student.getId()) && !block.getLabels()) {
                                ExportRow.predictions(student, block)
                                        .forEach(
                                                r ->
                                                        predictions.merge(
                                                                r.id(),
                                                                r,
                                                                SuspectSearch::earliest));
                            } else if (block.getModel().equals(supervisor.getId())) {
                                ExportRow.predictions(supervisor, block)
                                        .forEach(
                                                r ->
                                                        labels.merge(
                                                                r.id(), r, SuspectSearch::latest));
                            }
                        });
        labels.keySet().retainAll(predictions.keySet());
        labels.values().removeIf(row -> row.probabilities().length == 0); // abstained
        if (labels.isEmpty()) {
            throw new IllegalArgumentException(
                    "no example in %s has a prediction of %s (%,d have) and a label of %s"
                            .formatted(
                                    topic,
                                    student.getId(),
                                    predictions.size(),
                                    supervisor.getId()));
        }
        return search(student, supervisor, labels, predictions);
    }

    /** As the aggregators count a student: the lowest checkpoint's, of these the newest. */
    private static ExportRow earliest(ExportRow a, ExportRow b) {
        return a.checkpoint() == b.checkpoint()
                ? ExportRow.newer(a, b)
                : a.checkpoint() < b.checkpoint() ? a : b;
    }

    /** As the aggregators count a supervisor: the label of the greatest checkpoint. */
    private static ExportRow latest(ExportRow a, ExportRow b) {
        return a.checkpoint() == b.checkpoint()
                ? ExportRow.newer(a, b)
                : a.checkpoint() > b.checkpoint() ? a : b;
    }

    private Suspects search(
            ModelSpec student,
            ModelSpec supervisor,
            Map<String, ExportRow> labels,
            Map<String, ExportRow> predictions) {
        Map<String, Integer> truths = truths(student.getTask(), labels);
        List<Suspect> found = new ArrayList<>();
        long[] counts = new long[3]; // labelled, with truth, wrong
        labels.forEach(
                (id, row) -> {
                    float[] given = row.probabilities();
                    ExportRow predicted = predictions.get(id);
                    if (predicted == null || predicted.probabilities().length != given.length) {
                        return;
                    }
                    float[] p = predicted.probabilities();
                    int label = best(given);
                    int prediction = best(p);
                    Integer truth = truths.get(id);
                    counts[0]++;
                    counts[1] += truth == null ? 0 : 1;
                    counts[2] += truth != null && truth != label ? 1 : 0;
                    if (prediction != label) {
                        double margin = (double) p[prediction] - p[label];
                        found.add(new Suspect(id, label, prediction, margin, given, p, truth));
                    }
                });
        found.sort(
                Comparator.comparingDouble(Suspect::margin).reversed().thenComparing(Suspect::id));
        return new Suspects(
                student.getId(),
                supervisor.getId(),
                student.getClasses(),
                counts[0],
                counts[1],
                counts[2],
                found);
    }

    /** The newest truth of each labelled example that has a valid one. */
    private Map<String, Integer> truths(String task, Map<String, ExportRow> labels) {
        Map<String, TruthHistory.Version> newest = new HashMap<>();
        reader(topics.truth(task), Truth.class)
                .read(
                        (id, timestampMs, truth) -> {
                            ExportRow label = labels.get(id);
                            if (label != null
                                    && (truth == null
                                            || truth.getLabel() < label.probabilities().length)) {
                                newest.merge(
                                        id,
                                        TruthHistory.Version.of(timestampMs, truth),
                                        BinaryOperator.maxBy(TruthHistory.ORDER));
                            }
                        });
        Map<String, Integer> truths = new HashMap<>();
        newest.forEach(
                (id, version) -> {
                    if (version.label() != TruthHistory.UNKNOWN) {
                        truths.put(id, version.label());
                    }
                });
        return truths;
    }

    private ModelSpec spec(String model) {
        @Nullable ModelSpec spec = fleet.all().get(model);
        if (spec == null) {
            throw new IllegalArgumentException(
                    model + " was stopped: without its spec its task is not known");
        }
        return spec;
    }

    /** The greatest, ties to the lowest. */
    private static int best(float[] p) {
        int best = 0;
        for (int k = 1; k < p.length; k++) {
            if (p[k] > p[best]) {
                best = k;
            }
        }
        return best;
    }

    private <T extends SpecificRecord> TopicReader<T> reader(String topic, Class<T> type) {
        TopicReader<T> reader = new TopicReader<>(consumers, codec, topic, type, PATIENCE, say);
        if (!reader.exists()) {
            throw new IllegalArgumentException("there is no topic " + topic);
        }
        return reader;
    }
}
