package dev.belay.labelers.truth;

import dev.belay.labelers.labeling.LabelerTopics;
import dev.belay.labelers.labeling.LabelingService;
import dev.belay.labelers.labeling.ReadyCheckpoints;
import dev.belay.labelers.labeling.Wanted;
import dev.belay.runtime.clients.Clients;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.TruthDraw;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The labeler named {@code truth}: joins the examples of each task that a model learns from truth
 * with their truth, both splits, one-hot. Scales by the partitions of the examples: group {@code
 * <prefix><task>.labeler.truth}.
 *
 * <p>Where all of these models have a budget and no {@code maxWaitMs}, as in a finite run, examples
 * wait for their truth until it ends; else at most {@code labeler.truth-horizon} in event time.
 * Where models say that truth is a random sample, STUDENT examples without it get an abstention.
 */
public final class TruthLabelingService extends LabelingService {
    /** Tasks of models that learn from truth without end. */
    private final Set<String> endless = new HashSet<>();

    /** Of tasks whose truth is a random sample. */
    private final Map<String, TruthDraw> draws = new HashMap<>();

    public TruthLabelingService(Clients clients) {
        super(clients, "labeler-truth");
    }

    @Override
    protected Map<String, Wanted> wanted(
            Map<String, ModelSpec> models,
            Map<String, LabelerSpec> labelers,
            ReadyCheckpoints ready) {
        Map<String, Wanted> wanted = new TreeMap<>();
        endless.clear();
        draws.clear();
        for (ModelSpec spec : models.values()) {
            TruthDraw draw = TruthDraw.of(spec);
            if (draw != null) {
                draws.putIfAbsent(spec.getTask(), draw); // the same in all: of the task's source
            }
            if (spec.getSupervisor().equals(ModelId.TRUTH)) {
                wanted.computeIfAbsent(key(spec.getTask()), task -> wanted(spec));
                boolean ends = spec.getBudget() > 0 && spec.getMaxWaitMs() == 0;
                if (!ends && !LabelerSpecs.isExternal(spec)) {
                    endless.add(spec.getTask());
                }
            }
        }
        for (LabelerSpec labeler : labelers.values()) {
            if (labeler.getSources().contains(ModelId.TRUTH)) {
                wanted.computeIfAbsent(
                        key(labeler.getTask()), task -> wanted(LabelerSpecs.asModel(labeler)));
            }
        }
        return wanted;
    }

    /** Of a task's labeler, for logs. */
    private static String key(String task) {
        return "truth of " + task;
    }

    private long horizonMs(String task) {
        return endless.contains(task)
                ? clients().settings().labelerTruthHorizon().toMillis()
                : TruthWindow.INFINITE;
    }

    private Wanted wanted(ModelSpec spec) {
        LabelerTopics topics =
                LabelerTopics.of(
                        clients().topics(),
                        spec.getTask(),
                        ModelId.TRUTH,
                        spec.getPartitions(),
                        spec.getClasses().size());
        String group = clients().topics().prefix() + spec.getTask() + ".labeler.truth";
        int classes = spec.getClasses().size();
        return new Wanted(
                topics,
                group,
                resources ->
                        new TruthLabeler(
                                clients()
                                        .consumer(
                                                null,
                                                group
                                                        + "."
                                                        + clients().settings().instance()
                                                        + ".truth"),
                                topics.truth(),
                                classes,
                                resources.reader(),
                                resources.deadLetters(),
                                resources.ends().apply(null),
                                partition -> committed(resources.group(), partition),
                                new TruthLabeler.Waiting(
                                        () -> horizonMs(spec.getTask()),
                                        clients().settings().labelerTruthIds(),
                                        resources.inbox()::keys,
                                        () -> draws.get(spec.getTask()))));
    }

    private static long committed(Consumer<byte[], byte[]> consumer, TopicPartition partition) {
        OffsetAndMetadata offset = consumer.committed(Set.of(partition)).get(partition);
        return offset == null ? 0 : offset.offset();
    }
}
