package dev.belay.labelers.evaluation;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.records.PartitionEnds;
import dev.belay.runtime.clients.EventReader;
import dev.belay.schemas.BlockRows;
import dev.belay.schemas.Distributions;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Truth;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The labels that labelers of a task give its holdout, for labelers that read them as sources:
 * their HOLDOUT predictions, read from the beginning of the predictions topic, and the truth.
 * Belongs to one thread.
 *
 * <p>The labels of a labeler with versions are the sweep of its current version; those of a model
 * or an external labeler are the sweep of the checkpoint that labels the stream, of several the
 * lowest.
 */
final class SourceSweeps implements AutoCloseable {
    private static final int POLLS_PER_ROUND = 20;
    private static final Duration IDLE_AFTER = Duration.ofSeconds(30);

    private final Map<String, Source> sources = new HashMap<>();
    private final LabelerSpec spec;
    private final Map<String, Integer> holdout; // size of each distribution
    private final int version;
    private final EventReader<PredictionBlock> predictions;
    private final @Nullable EventReader<Truth> truth;
    private final Predicate<EventReader<Truth>> truthEnded;
    private long usedNanos = System.nanoTime();

    /** HOLDOUT predictions of one labeler, by checkpoint and example. */
    private static final class Source {
        final Map<Long, Map<String, GivenLabel>> sweeps = new HashMap<>();
        final Map<Long, Long> rows = new HashMap<>();
        final Map<Long, Integer> generations = new HashMap<>();
        long labelling = Long.MAX_VALUE;

        /**
         * A complete sweep; null while rows of it are missing.
         *
         * @param generation of the holdout that it must have predicted
         * @param examples of the holdout, all of which it may have predicted instead
         */
        @Nullable Map<String, GivenLabel> sweep(
                long version, int generation, Set<String> examples) {
            long checkpoint = version < 0 ? labelling : version;
            long expected = rows.getOrDefault(checkpoint, 0L);
            Map<String, GivenLabel> sweep = sweeps.get(checkpoint);
            if (sweep == null || expected == 0 || sweep.size() < expected) {
                return null;
            }
            return generations.getOrDefault(checkpoint, 0) >= generation
                            || sweep.keySet().containsAll(examples)
                    ? sweep
                    : null;
        }

        void put(long checkpoint, String example, float[] distribution) {
            sweeps.computeIfAbsent(checkpoint, c -> new HashMap<>())
                    .put(example, new GivenLabel(checkpoint, distribution));
        }
    }

    /**
     * @param consumers makes consumers of a topic, without a group; this closes them
     * @param spec of a labeler of the task
     * @param ids of the labelers to read
     * @param holdout number of probabilities of a prediction of each example, by its id
     * @param version newest generation of the holdout
     * @param truthEnds whether a reader of the truth has reached its end
     */
    SourceSweeps(
            Function<String, Consumer<byte[], byte[]>> consumers,
            EventCodec codec,
            Topics topics,
            LabelerSpec spec,
            Set<String> ids,
            Map<String, Integer> holdout,
            int version,
            PartitionEnds truthEnds) {
        this.spec = spec;
        this.holdout = holdout;
        this.version = version;
        ids.forEach(id -> sources.put(id, new Source()));
        String blocks = topics.predictions(spec.getTask());
        predictions =
                new EventReader<>(
                        consumers.apply(blocks),
                        codec,
                        partitions(blocks),
                        PredictionBlock.class,
                        (key, block, at) -> take(block));
        String truths = topics.truth(spec.getTask());
        truth =
                ids.contains(ModelId.TRUTH)
                        ? new EventReader<>(
                                consumers.apply(truths),
                                codec,
                                partitions(truths),
                                Truth.class,
                                (id, event, at) -> take(id, event))
                        : null;
        truthEnded =
                reader ->
                        partitions(truths).stream()
                                .mapToInt(TopicPartition::partition)
                                .allMatch(p -> truthEnds.passed(truths, p, reader.position(p)));
    }

    /** The labelers whose predictions are read. */
    Set<String> ids() {
        return sources.keySet();
    }

    /** Newest generation of the holdout whose labels are read. */
    int version() {
        return version;
    }

    /** Closes this if it was not used for {@link #IDLE_AFTER}; returns whether it did. */
    boolean closeIfIdle() {
        boolean idle = System.nanoTime() - usedNanos > IDLE_AFTER.toNanos();
        if (idle) {
            close();
        }
        return idle;
    }

    /**
     * The labels of a labeler's sources, in the order of its spec, each by example. Truth lacks
     * some examples if its topic has ended without them.
     *
     * @param versions current version of a labeler; negative for models and external labelers
     * @return null while a source is incomplete
     */
    @Nullable Map<String, Map<String, GivenLabel>> of(
            LabelerSpec spec, ToLongFunction<String> versions) {
        usedNanos = System.nanoTime();
        int polls = 0;
        while (polls < POLLS_PER_ROUND && poll()) {
            polls++;
        }
        Map<String, Map<String, GivenLabel>> all = new LinkedHashMap<>();
        for (String id : spec.getSources()) {
            Source source = Objects.requireNonNull(sources.get(id), id);
            Map<String, GivenLabel> labels =
                    id.equals(ModelId.TRUTH) || holdout.isEmpty()
                            ? truth(source)
                            : source.sweep(versions.applyAsLong(id), version, holdout.keySet());
            if (labels == null) {
                return null;
            }
            all.put(id, labels);
        }
        return all;
    }

    @Override
    public void close() {
        try (predictions) {
            if (truth != null) {
                truth.close();
            }
        }
    }

    private boolean poll() {
        boolean more = predictions.poll(Duration.ZERO);
        return (truth != null && truth.poll(Duration.ZERO)) || more;
    }

    private @Nullable Map<String, GivenLabel> truth(Source source) {
        Map<String, GivenLabel> labels = source.sweeps.getOrDefault(0L, Map.of());
        return labels.size() == holdout.size() || (truth != null && truthEnded.test(truth))
                ? labels
                : null;
    }

    private List<TopicPartition> partitions(String topic) {
        return IntStream.range(0, spec.getPartitions())
                .mapToObj(p -> new TopicPartition(topic, p))
                .toList();
    }

    private void take(String id, @Nullable Truth event) {
        Source source = Objects.requireNonNull(sources.get(ModelId.TRUTH));
        int size = holdout.getOrDefault(id, 0);
        if (event == null) {
            source.sweeps.getOrDefault(0L, new HashMap<>()).remove(id);
        } else if (event.getLabel() >= 0 && event.getLabel() < size) {
            float[] distribution = new float[size];
            distribution[event.getLabel()] = 1;
            source.put(0, id, distribution);
        }
    }

    private void take(@Nullable PredictionBlock block) {
        Source source = block == null ? null : sources.get(block.getModel());
        if (block == null || source == null) {
            return;
        }
        long checkpoint = block.getCheckpoint();
        if (block.getPhase() == Phase.PROGRESSIVE) {
            source.labelling =
                    block.getLabels() ? Math.min(source.labelling, checkpoint) : source.labelling;
            return;
        }
        List<Float> probabilities = block.getProbabilities();
        BlockRows layout = BlockRows.of(block);
        if (layout.problem(block.getIds().size(), probabilities.size()) != null) {
            return; // the aggregators send it to the dead letters
        }
        source.rows.merge(checkpoint, block.getSweepRows(), Math::max);
        source.generations.merge(checkpoint, block.getHoldoutVersion(), Math::max);
        for (int row = 0; row < block.getIds().size(); row++) {
            String id = block.getIds().get(row);
            float[] distribution = new float[layout.size(row)];
            for (int k = 0; k < distribution.length; k++) {
                distribution[k] = probabilities.get(layout.from(row) + k);
            }
            // an abstention is a row of zeros, which is not a valid distribution either
            int size = holdout.getOrDefault(id, distribution.length);
            boolean valid = Distributions.problem(distribution, size) == null;
            source.put(checkpoint, id, valid ? distribution : Labeler.ABSTAINED);
        }
    }
}
