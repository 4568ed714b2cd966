package dev.belay.cli.fleet;

import dev.belay.aggregators.counting.TruthHistory;
import dev.belay.aggregators.statistics.counts.CellTable;
import dev.belay.aggregators.statistics.counts.ClusterCounter;
import dev.belay.aggregators.statistics.counts.ClusterSums;
import dev.belay.aggregators.statistics.counts.PairCounter;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.cli.export.TopicReader;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Truth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;

/** Reads what two checkpoints predict of one holdout, and its truth, and counts them together. */
final class Compare {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int NO_CEILING = -1;

    private final Fleet fleet;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final EventCodec codec;
    private final Topics topics;
    private final java.util.function.Consumer<String> say;

    /**
     * @param consumers makes {@code read_committed} consumers without a group
     * @param say gets a line when reading has to wait for the schema registry
     */
    Compare(
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
     * Compares two checkpoints on all examples that both predict and whose truth is known.
     *
     * @throws IllegalArgumentException when one is not known or has no sweep, when their tasks
     *     differ, or when no example has both predictions and a truth
     */
    CheckpointComparison of(CheckpointReference first, CheckpointReference second) {
        Sweep a = new Sweep(spec(first), first.number());
        Sweep b = new Sweep(spec(second), second.number());
        String task = a.spec().getTask();
        if (!task.equals(b.spec().getTask())) {
            throw new IllegalArgumentException(
                    "%s is of task %s, %s of task %s: they predict different examples"
                            .formatted(
                                    a.spec().getId(), task, b.spec().getId(), b.spec().getTask()));
        }
        String predictions = topics.predictions(task);
        reader(predictions, PredictionBlock.class)
                .read(
                        (key, timestampMs, block) -> {
                            if (block != null) {
                                a.take(block);
                                b.take(block);
                            }
                        });
        a.requireRows(predictions);
        b.requireRows(predictions);
        if (a.name().equals(b.name())) {
            throw new IllegalArgumentException(
                    "both are " + a.name() + ", expected two different checkpoints");
        }
        return count(task, a, b);
    }

    private ModelSpec spec(CheckpointReference reference) {
        if (reference.model() == null) {
            throw new IllegalArgumentException(
                    "'%s' names an experiment, expected EXPERIMENT/MODEL"
                            .formatted(reference.experiment()));
        }
        String model = fleet.model(reference).toString();
        ModelSpec spec = fleet.all().get(model);
        if (spec == null) {
            throw new IllegalArgumentException(
                    model + " was stopped: without its spec its task is not known");
        }
        return spec;
    }

    private CheckpointComparison count(String task, Sweep a, Sweep b) {
        TreeSet<String> shared = new TreeSet<>(a.ids());
        shared.retainAll(b.ids());
        if (shared.isEmpty()) {
            throw new IllegalArgumentException(
                    "no example is predicted by both: %s predicts %,d, %s %,d"
                            .formatted(a.name(), a.ids().size(), b.name(), b.ids().size()));
        }
        List<String> classes = a.spec().getClasses();
        Map<String, TruthHistory.Version> truths = truths(task, shared, a, b);
        if (truths.isEmpty()) {
            throw new IllegalArgumentException(
                    "no truth in %s of the %,d examples that both predict"
                            .formatted(topics.truth(task), shared.size()));
        }
        List<CheckpointComparison.Discordant> discordant = new ArrayList<>();
        PairCounter counter =
                new PairCounter(classes.isEmpty() ? PairTable.CHOICE : classes.size());
        ClusterCounter clusters = new ClusterCounter();
        truths.forEach(
                (id, version) -> {
                    int truth = version.label();
                    int ofA = a.predicted(id);
                    int ofB = b.predicted(id);
                    counter.cell(truth, ofB, ofA, NO_CEILING, 1);
                    if (version.cluster() != ClusterSums.NONE) {
                        int cell = CellTable.cell(truth, ofB, ofA, false);
                        clusters.cell(version.cluster(), cell);
                    }
                    if ((ofA == truth) != (ofB == truth)) {
                        discordant.add(
                                new CheckpointComparison.Discordant(
                                        id,
                                        name(classes, truth),
                                        name(classes, ofA),
                                        name(classes, ofB)));
                    }
                });
        return new CheckpointComparison(
                task,
                a.name(),
                b.name(),
                counter.table(clusters),
                shared.size() - truths.size(),
                a.ids().size() - shared.size(),
                b.ids().size() - shared.size(),
                discordant);
    }

    private static String name(List<String> classes, int label) {
        return classes.isEmpty() ? "option " + label : classes.get(label);
    }

    /**
     * The newest truth of each of some examples that has one, by id, in order. A truth counts if it
     * is one of the classes, or of the options that both predict.
     */
    private Map<String, TruthHistory.Version> truths(
            String task, Set<String> ids, Sweep a, Sweep b) {
        Map<String, TruthHistory.Version> newest = new TreeMap<>();
        reader(topics.truth(task), Truth.class)
                .read(
                        (id, timestampMs, truth) -> {
                            if (ids.contains(id)
                                    && a.size(id) == b.size(id)
                                    && (truth == null || truth.getLabel() < a.size(id))) {
                                newest.merge(
                                        id,
                                        TruthHistory.Version.of(timestampMs, truth),
                                        BinaryOperator.maxBy(TruthHistory.ORDER));
                            }
                        });
        newest.values().removeIf(version -> version.label() == TruthHistory.UNKNOWN);
        return newest;
    }

    private <T extends SpecificRecord> TopicReader<T> reader(String topic, Class<T> type) {
        TopicReader<T> reader = new TopicReader<>(consumers, codec, topic, type, PATIENCE, say);
        if (!reader.exists()) {
            throw new IllegalArgumentException("there is no topic " + topic);
        }
        return reader;
    }
}
