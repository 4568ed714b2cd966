package dev.belay.cli.fleet;

import dev.belay.cli.export.ExportRow;
import dev.belay.cli.export.TopicReader;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Flip;
import dev.belay.schemas.events.LabelerSpec;
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
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@link StudentStream}: PROGRESSIVE predictions of the student, of its supervisor and of
 * the labelers that it reads, and the truth.
 */
final class StudentStreamReader {
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
    StudentStreamReader(
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
     * Reads the labels of one student.
     *
     * @throws IllegalArgumentException when it is not known, learns from truth, or no example has
     *     both its prediction and a label, or a topic is missing
     */
    StudentStream of(CheckpointReference reference) {
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
        Map<String, ExportRow> unsaid = new HashMap<>(); // whether they are labels
        List<String> sources = sources(supervisor.getId());
        Map<String, Map<String, ExportRow>> votes = new HashMap<>(); // by source, then example
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
                                                                StudentStreamReader::earliest));
                            } else if (block.getModel().equals(supervisor.getId())) {
                                Map<String, ExportRow> of = block.getLabels() ? labels : unsaid;
                                ExportRow.predictions(supervisor, block)
                                        .forEach(
                                                r ->
                                                        of.merge(
                                                                r.id(),
                                                                r,
                                                                StudentStreamReader::latest));
                            } else if (sources.contains(block.getModel()) && block.getLabels()) {
                                Map<String, ExportRow> of =
                                        votes.computeIfAbsent(
                                                block.getModel(), m -> new HashMap<>());
                                ExportRow.predictions(supervisor, block)
                                        .forEach(
                                                r ->
                                                        of.merge(
                                                                r.id(),
                                                                r,
                                                                StudentStreamReader::latest));
                            }
                        });
        unsaid.forEach(labels::putIfAbsent); // as the aggregators: what is said to be a label wins
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
        int classes = student.getClasses().size(); // 0: each example has its own options
        Map<String, KnownTruth> truths =
                KnownTruth.newest(
                        reader(topics.truth(student.getTask()), Truth.class),
                        id -> {
                            ExportRow label = labels.get(id);
                            return label == null ? 0 : label.probabilities().length;
                        });
        boolean noise = isNoise(supervisor.getId());
        Map<String, Long> flips = noise ? flips(supervisor) : Map.of();
        List<StudentStream.Row> rows = new ArrayList<>();
        labels.forEach(
                (id, label) -> {
                    ExportRow predicted = predictions.get(id);
                    int size = label.probabilities().length;
                    if (predicted == null
                            || predicted.probabilities().length != size
                            || (classes > 0 && size != classes)) {
                        return;
                    }
                    KnownTruth known = truths.get(id);
                    Integer truth = known == null ? null : known.label();
                    rows.add(
                            new StudentStream.Row(
                                    id,
                                    predicted.checkpoint(),
                                    label.probabilities(),
                                    predicted.probabilities(),
                                    truth,
                                    known == null || truth == null ? null : known.inclusion(),
                                    votes(id, size, sources, votes),
                                    known == null ? List.of() : known.slices(),
                                    Objects.equals(flips.get(id), label.checkpoint())));
                });
        rows.sort(
                Comparator.comparingLong(StudentStream.Row::checkpoint)
                        .thenComparing(StudentStream.Row::id));
        return new StudentStream(student, supervisor, sources, rows, noise);
    }

    /** The labelers that the supervisor reads, without truth; none of a model. */
    private List<String> sources(String supervisor) {
        LabelerSpec labeler = fleet.labelers().get(supervisor);
        return labeler == null
                ? List.of()
                : labeler.getSources().stream().filter(s -> !s.equals(ModelId.TRUTH)).toList();
    }

    private boolean isNoise(String supervisor) {
        LabelerSpec labeler = fleet.labelers().get(supervisor);
        return labeler != null && labeler.getMethod().getName().equals(LabelerSpecs.NOISE);
    }

    /** The greatest version of a labeler that changed an example's label, by example. */
    private Map<String, Long> flips(ModelSpec labeler) {
        Map<String, Long> versions = new HashMap<>();
        reader(topics.flips(labeler.getTask()), Flip.class)
                .read(
                        (id, timestampMs, flip) -> {
                            if (flip != null && flip.getLabeler().equals(labeler.getId())) {
                                versions.merge(id, flip.getVersion(), Math::max);
                            }
                        });
        return versions;
    }

    private static SortedMap<Integer, float[]> votes(
            String id, int size, List<String> sources, Map<String, Map<String, ExportRow>> votes) {
        SortedMap<Integer, float[]> of = new TreeMap<>();
        for (int source = 0; source < sources.size(); source++) {
            ExportRow row = votes.getOrDefault(sources.get(source), Map.of()).get(id);
            if (row != null
                    && (row.probabilities().length == size || row.probabilities().length == 0)) {
                of.put(source, row.probabilities());
            }
        }
        return of;
    }

    /** As the aggregators count a student: the lowest checkpoint's, of these the newest. */
    private static ExportRow earliest(ExportRow a, ExportRow b) {
        return a.checkpoint() == b.checkpoint()
                ? ExportRow.newer(a, b)
                : a.checkpoint() < b.checkpoint() ? a : b;
    }

    /** As the aggregators count a supervisor: the label of the greatest checkpoint. */
    static ExportRow latest(ExportRow a, ExportRow b) {
        return a.checkpoint() == b.checkpoint()
                ? ExportRow.newer(a, b)
                : a.checkpoint() > b.checkpoint() ? a : b;
    }

    private ModelSpec spec(String model) {
        @Nullable ModelSpec spec = fleet.all().get(model);
        if (spec == null) {
            throw new IllegalArgumentException(
                    model + " was stopped: without its spec its task is not known");
        }
        return spec;
    }

    private <T extends SpecificRecord> TopicReader<T> reader(String topic, Class<T> type) {
        TopicReader<T> reader = new TopicReader<>(consumers, codec, topic, type, PATIENCE, say);
        if (!reader.exists()) {
            throw new IllegalArgumentException("there is no topic " + topic);
        }
        return reader;
    }
}
