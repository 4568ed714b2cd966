package dev.belay.labelers.model;

import dev.belay.labelers.labeling.LabelerTopics;
import dev.belay.labelers.labeling.LabelingService;
import dev.belay.labelers.labeling.ReadyCheckpoints;
import dev.belay.labelers.labeling.Wanted;
import dev.belay.labelers.prediction.CheckpointPredictors;
import dev.belay.labelers.prediction.Predictors;
import dev.belay.models.network.Networks;
import dev.belay.models.store.CheckpointStore;
import dev.belay.runtime.clients.Clients;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets models label: each that supervises another current model, or is read by a labeler, once it
 * has a checkpoint that may. It labels the STUDENT examples of its task and predicts them
 * (PROGRESSIVE) in the same transactions. Scales by the partitions of the examples: group {@code
 * <prefix><experiment>.<model>.<seed>.<run>.labeler}.
 */
public final class ModelLabelingService extends LabelingService {
    private static final Logger LOG = LoggerFactory.getLogger(ModelLabelingService.class);

    private final Predictors predictors;
    private final Set<String> refused = new HashSet<>();
    private final Map<String, Checkpoint> current = new HashMap<>();

    /** With the device and the folders that the settings name. */
    public ModelLabelingService(Clients clients, CheckpointStore store) {
        this(clients, CheckpointPredictors.of(clients.settings(), store));
    }

    /**
     * @param networks opens checkpoints' networks
     */
    public ModelLabelingService(Clients clients, CheckpointStore store, Networks networks) {
        this(clients, new CheckpointPredictors(store, networks));
    }

    ModelLabelingService(Clients clients, Predictors predictors) {
        super(clients, "labeler-models");
        this.predictors = predictors;
    }

    @Override
    protected Map<String, Wanted> wanted(
            Map<String, ModelSpec> models,
            Map<String, LabelerSpec> labelers,
            ReadyCheckpoints ready) {
        Map<String, Wanted> wanted = new TreeMap<>();
        Stream<String> read = labelers.values().stream().flatMap(l -> l.getSources().stream());
        Set<String> supervisors =
                Stream.concat(models.values().stream().map(ModelSpec::getSupervisor), read)
                        .collect(Collectors.toCollection(TreeSet::new));
        for (String supervisor : supervisors) {
            ModelSpec spec = models.get(supervisor);
            if (spec == null) {
                continue; // truth, a labeler, or a model that is not there (yet)
            }
            Checkpoint checkpoint = ready.of(spec);
            ModelId id = parse(supervisor);
            if (checkpoint != null && id != null) {
                current.put(supervisor, checkpoint);
                wanted.put(supervisor, wanted(spec, id));
            }
        }
        current.keySet().retainAll(wanted.keySet());
        return wanted;
    }

    private Wanted wanted(ModelSpec spec, ModelId id) {
        LabelerTopics topics =
                LabelerTopics.of(
                        clients().topics(),
                        spec.getTask(),
                        spec.getId(),
                        spec.getPartitions(),
                        spec.getClasses().size());
        String group = clients().topics().prefix() + id.labeler() + "." + id.run() + ".labeler";
        return new Wanted(
                topics,
                group,
                resources ->
                        new ModelLabeler(
                                spec,
                                () -> Objects.requireNonNull(current.get(spec.getId())),
                                predictors));
    }

    private @Nullable ModelId parse(String id) {
        try {
            return ModelId.parse(id);
        } catch (IllegalArgumentException e) {
            if (refused.add(id)) {
                LOG.warn("no labels by this model: {}", e.getMessage());
            }
            return null;
        }
    }
}
