package dev.belay.labelers.spec;

import dev.belay.labelers.labeling.LabelerTopics;
import dev.belay.labelers.labeling.Labeling;
import dev.belay.labelers.labeling.LabelingService;
import dev.belay.labelers.labeling.ReadyCheckpoints;
import dev.belay.labelers.labeling.Wanted;
import dev.belay.labelers.records.Inbox;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * Runs the newest run of each labeler of {@code belay.labelers}: it labels the STUDENT examples of
 * its task and predicts them (PROGRESSIVE) in the same transactions; for an external labeler, whose
 * labels are in the topic already, it only writes the predictions. A new version labels from the
 * next transaction on, and its number is in each label. A labeler with sources labels an example
 * once it is decided for each source whether it has a label ({@link SourceLabels}), one that reads
 * single votes once these are decided ({@link VoteLog}). Scales by the partitions of the examples:
 * group {@code <prefix><experiment>.<name>.<seed>.<run>.labeler}; one that learns has one owner.
 */
public final class SpecLabelingService extends LabelingService {
    private volatile Map<String, LabelerSpec> newest = Map.of();

    public SpecLabelingService(Clients clients) {
        super(clients, "labeler-specs");
    }

    @Override
    protected Map<String, Wanted> wanted(
            Map<String, ModelSpec> models,
            Map<String, LabelerSpec> labelers,
            ReadyCheckpoints ready) {
        newest = labelers;
        Map<String, Wanted> wanted = new TreeMap<>();
        labelers.forEach((id, spec) -> wanted.put(id, wanted(spec)));
        return wanted;
    }

    private Wanted wanted(LabelerSpec spec) {
        ModelId id = ModelId.parse(spec.getId());
        LabelerTopics topics = LabelerTopics.of(clients().topics(), spec);
        String group = clients().topics().prefix() + id.labeler() + "." + id.run() + ".labeler";
        if (LabelerSpecs.isExternal(spec)) {
            return new Wanted(
                    topics,
                    group,
                    spec.getId(),
                    resources ->
                            new ExternalLabeler(
                                    spec, () -> holdoutRows(resources.progress(), spec)));
        }
        return new Wanted(
                topics,
                group,
                resources ->
                        new SpecLabeler(
                                () -> Objects.requireNonNull(newest.get(spec.getId())),
                                resources,
                                new StreamTime(() -> ahead(group), topics.input()),
                                new VoteLog(
                                        () -> votes(group),
                                        clients().topics().votes(spec.getTask()),
                                        resources,
                                        VoteLog.VOTES_KEPT / spec.getPartitions()),
                                spec.getSources().isEmpty()
                                        ? null
                                        : sources(spec, group, resources)));
    }

    /** A consumer that reads ahead of the examples that are labelled. */
    private Consumer<byte[], byte[]> ahead(String group) {
        String client = group + "." + clients().settings().instance() + ".time";
        return clients().consumer(null, client, Inbox.consumer(Labeling.MAX_BUFFERED));
    }

    private Consumer<byte[], byte[]> votes(String group) {
        return clients().consumer(null, group + "." + clients().settings().instance() + ".votes");
    }

    private SourceLabels sources(LabelerSpec spec, String group, Wanted.Resources resources) {
        String client = group + "." + clients().settings().instance() + ".sources";
        return new SourceLabels(spec.getSources(), resources, clients().consumer(null, client));
    }

    /** Examples of the holdout; -1 while it has not ended. */
    private long holdoutRows(ProgressTable progress, LabelerSpec spec) {
        String holdout = clients().topics().holdout(spec.getTask());
        long[] totals =
                IntStream.range(0, spec.getPartitions())
                        .mapToLong(partition -> progress.total(holdout, partition))
                        .toArray();
        return LongStream.of(totals).anyMatch(n -> n < 0) ? -1 : LongStream.of(totals).sum();
    }
}
