package dev.belay.cli.noise;

import dev.belay.cli.export.ExportRow;
import dev.belay.cli.export.TopicReader;
import dev.belay.runtime.clients.Clients;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.Topics;
import dev.belay.schemas.TruthDraw;
import dev.belay.schemas.events.Flip;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Truth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.errors.AuthorizationException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@link StudentStream}: PROGRESSIVE predictions of the student, of its supervisor, of the
 * labelers that it reads and, where truth is a sample, of the ceiling; the truth; and where they
 * may be read the labels that noise has changed.
 */
public final class StudentStreamReader {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final EventCodec codec;
    private final Topics topics;
    private final java.util.function.Consumer<String> say;

    /**
     * @param consumers makes {@code read_committed} consumers without a group
     * @param say gets a line when reading has to wait for the schema registry, and when flips may
     *     not be read
     */
    public StudentStreamReader(
            Supplier<Consumer<byte[], byte[]>> consumers,
            EventCodec codec,
            Topics topics,
            java.util.function.Consumer<String> say) {
        this.consumers = consumers;
        this.codec = codec;
        this.topics = topics;
        this.say = say;
    }

    /**
     * Reads all labels of one student.
     *
     * @param client name of the consumer
     * @param say gets a line if a topic may not be read
     * @throws IllegalArgumentException as {@link #of}
     */
    public static StudentStream whole(
            Clients clients,
            String client,
            StudentPair pair,
            java.util.function.Consumer<String> say) {
        return new StudentStreamReader(
                        () -> clients.consumer(null, client),
                        clients.codec(),
                        clients.topics(),
                        say)
                .of(pair, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    /** Predictions of the models that matter, by example. */
    private static final class Read {
        final long sinceMs;
        final long untilMs;
        final Settled settled;
        final Map<String, ExportRow> predictions = new HashMap<>();
        final Map<String, ExportRow> labels = new HashMap<>();
        final Map<String, ExportRow> unsaid = new HashMap<>(); // whether they are labels
        final Map<String, ExportRow> ceiling = new HashMap<>();
        final Map<String, Map<String, ExportRow>> votes = new HashMap<>(); // by source

        Read(StudentPair pair, long sinceMs, long untilMs) {
            settled = new Settled(pair.student().getPartitions(), pair.ceiling() != null);
            this.sinceMs = sinceMs;
            this.untilMs = untilMs;
        }

        /** Keeps the rows of a block that are not left out. */
        void add(
                ModelSpec model,
                PredictionBlock block,
                Map<String, ExportRow> to,
                BinaryOperator<ExportRow> which,
                ObjLongConsumer<String> reached) {
            for (ExportRow row : ExportRow.predictions(model, block)) {
                reached.accept(row.id(), row.timeMs());
                if (row.timeMs() >= sinceMs && row.timeMs() < untilMs) {
                    to.merge(row.id(), row, which);
                }
            }
        }
    }

    /**
     * Reads the labels of one student.
     *
     * @param sinceMs event time, ms since the epoch, before which examples are left out
     * @param untilMs likewise from which on
     * @throws IllegalArgumentException when no example has both its prediction and a label
     */
    public StudentStream of(StudentPair pair, long sinceMs, long untilMs) {
        Read read = read(pair, sinceMs, untilMs);
        Map<String, ExportRow> labels = read.labels;
        read.unsaid.forEach(labels::putIfAbsent); // as the aggregators: what is said to be one wins
        labels.keySet().retainAll(read.predictions.keySet());
        labels.values().removeIf(row -> row.probabilities().length == 0); // abstained
        if (labels.isEmpty()) {
            throw new IllegalArgumentException(
                    "no example in %s has a prediction of %s (%,d have) and a label of %s"
                            .formatted(
                                    topics.predictions(pair.student().getTask()),
                                    pair.student().getId(),
                                    read.predictions.size(),
                                    pair.supervisor().getId()));
        }
        int classes = pair.student().getClasses().size(); // 0: each example has its own options
        Map<String, KnownTruth> truths = truths(pair, labels);
        Set<String> flips = flips(pair, labels);
        List<StudentStream.Row> rows = new ArrayList<>();
        labels.forEach(
                (id, label) -> {
                    ExportRow predicted = read.predictions.get(id);
                    int size = label.probabilities().length;
                    if (predicted == null
                            || predicted.probabilities().length != size
                            || (classes > 0 && size != classes)) {
                        return;
                    }
                    ExportRow ceiling = read.ceiling.get(id);
                    KnownTruth known = truths.get(id);
                    Integer truth = known == null ? null : known.label();
                    rows.add(
                            new StudentStream.Row(
                                    id,
                                    label.timeMs(),
                                    predicted.checkpoint(),
                                    label.probabilities(),
                                    predicted.probabilities(),
                                    ceiling == null || ceiling.probabilities().length != size
                                            ? null
                                            : (Integer)
                                                    StudentStream.Row.best(ceiling.probabilities()),
                                    truth,
                                    known == null || truth == null ? null : known.inclusion(),
                                    known == null ? List.of() : known.slices(),
                                    flips != null && flips.contains(id),
                                    votes(id, size, pair.sources(), read.votes)));
                });
        rows.sort(
                Comparator.comparingLong(StudentStream.Row::checkpoint)
                        .thenComparing(StudentStream.Row::id));
        return new StudentStream(
                pair, rows, pair.finished() ? Long.MAX_VALUE : read.settled.ms(), flips != null);
    }

    private Read read(StudentPair pair, long sinceMs, long untilMs) {
        ModelSpec student = pair.student();
        ModelSpec supervisor = pair.supervisor();
        String ceiling = pair.ceiling();
        Read read = new Read(pair, sinceMs, untilMs);
        Settled settled = read.settled;
        reader(topics.predictions(student.getTask()), PredictionBlock.class)
                .read(
                        (key, timestampMs, block) -> {
                            if (block == null || block.getPhase() != Phase.PROGRESSIVE) {
                                return;
                            }
                            String model = block.getModel();
                            boolean labels = block.getLabels();
                            if (model.equals(student.getId()) && !labels) {
                                read.add(
                                        student,
                                        block,
                                        read.predictions,
                                        StudentStreamReader::earliest,
                                        settled::student);
                            } else if (model.equals(supervisor.getId())) {
                                read.add(
                                        supervisor,
                                        block,
                                        labels ? read.labels : read.unsaid,
                                        StudentStreamReader::latest,
                                        settled::label);
                            } else if (model.equals(ceiling) && !labels) {
                                read.add(
                                        student,
                                        block,
                                        read.ceiling,
                                        StudentStreamReader::earliest,
                                        settled::ceiling);
                            } else if (pair.sources().contains(model) && labels) {
                                read.add(
                                        supervisor,
                                        block,
                                        read.votes.computeIfAbsent(model, m -> new HashMap<>()),
                                        StudentStreamReader::latest,
                                        (id, timeMs) -> {});
                            }
                        });
        return read;
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
    public static ExportRow latest(ExportRow a, ExportRow b) {
        return a.checkpoint() == b.checkpoint()
                ? ExportRow.newer(a, b)
                : a.checkpoint() > b.checkpoint() ? a : b;
    }

    /** The newest truth of each labelled example that has a valid one and is in the sample. */
    private Map<String, KnownTruth> truths(StudentPair pair, Map<String, ExportRow> labels) {
        TruthDraw draw = pair.draw();
        return KnownTruth.newest(
                reader(topics.truth(pair.student().getTask()), Truth.class),
                id -> {
                    ExportRow label = labels.get(id);
                    return label == null || (draw != null && !draw.takes(id))
                            ? 0
                            : label.probabilities().length;
                });
    }

    /** Ids whose label noise has changed, in the version that gave it; null: not known. */
    private @Nullable Set<String> flips(StudentPair pair, Map<String, ExportRow> labels) {
        if (!pair.noise()) {
            return null;
        }
        Set<String> changed = new HashSet<>();
        String topic = topics.flips(pair.student().getTask());
        try {
            reader(topic, Flip.class)
                    .read(
                            (id, timestampMs, flip) -> {
                                ExportRow label = labels.get(id);
                                if (flip != null
                                        && label != null
                                        && flip.getLabeler().equals(pair.supervisor().getId())
                                        && flip.getVersion() == label.checkpoint()) {
                                    changed.add(id);
                                }
                            });
            return changed;
        } catch (AuthorizationException e) {
            say.accept(
                    "%s may not be read, so the share of labels that noise has changed is not known: %s"
                            .formatted(topic, e.getMessage()));
            return null;
        }
    }

    private <T extends SpecificRecord> TopicReader<T> reader(String topic, Class<T> type) {
        TopicReader<T> reader = new TopicReader<>(consumers, codec, topic, type, PATIENCE, say);
        if (!reader.exists()) {
            throw new IllegalArgumentException("there is no topic " + topic);
        }
        return reader;
    }
}
