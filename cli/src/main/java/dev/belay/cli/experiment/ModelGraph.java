package dev.belay.cli.experiment;

import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Split;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What must hold between models: who supervises whom, and who is whose ceiling. */
final class ModelGraph {
    private static final String NONE = "none";

    private final Map<String, ModelEntry> byName = new LinkedHashMap<>();

    private ModelGraph(List<ModelEntry> models) {
        models.forEach(model -> byName.put(model.name(), model));
    }

    /**
     * Checks all models together.
     *
     * @return the models, each student with the name of its ceiling, or null where it has none
     */
    static List<ModelEntry> check(List<ModelEntry> models) {
        ModelGraph graph = new ModelGraph(models);
        models.forEach(graph::checkSupervisors);
        return models.stream().map(graph::resolveCeiling).toList();
    }

    private void checkSupervisors(ModelEntry model) {
        List<String> path = new ArrayList<>(List.of(model.name()));
        for (ModelEntry at = model; !at.onTruth(); at = supervisor(at)) {
            if (path.contains(at.supervisor())) {
                path.add(at.supervisor());
                throw ExperimentException.at(
                        model.place(),
                        "a cycle of supervisors: " + String.join(" -> ", path),
                        "every chain of supervisors to end at truth");
            }
            path.add(at.supervisor());
        }
        if (!model.onTruth() && model.split() != Split.STUDENT) {
            throw ExperimentException.at(
                    model.place(),
                    "model '"
                            + model.name()
                            + "' on split supervisor with supervisor '"
                            + model.supervisor()
                            + "'",
                    "split student: supervisors other than truth label no other");
        }
    }

    private ModelEntry supervisor(ModelEntry model) {
        ModelEntry supervisor = byName.get(model.supervisor());
        if (supervisor == null) {
            throw ExperimentException.at(
                    model.place(),
                    "supervisor '" + model.supervisor() + "' of model '" + model.name() + "'",
                    "truth or one of the models "
                            + byName.keySet()
                            + Nearest.hint(model.supervisor(), byName.keySet()));
        }
        return supervisor;
    }

    private ModelEntry resolveCeiling(ModelEntry model) {
        String named = model.ceiling();
        if (model.onTruth()) {
            if (named != null && !named.equals(NONE)) {
                throw ExperimentException.at(
                        model.place(),
                        "a ceiling for model '" + model.name() + "', whose supervisor is truth",
                        "a ceiling for students only");
            }
            return model.withCeiling(null);
        }
        if (named == null) {
            return model.withCeiling(twin(model));
        }
        if (named.equals(NONE)) {
            return model.withCeiling(null);
        }
        ModelEntry ceiling = byName.get(named);
        if (ceiling == null || !ceiling.onTruth()) {
            throw ExperimentException.at(
                    model.place(),
                    "ceiling '" + named + "' of model '" + model.name() + "'",
                    "none, or a model whose supervisor is "
                            + ModelId.TRUTH
                            + ": "
                            + byName.values().stream()
                                    .filter(ModelEntry::onTruth)
                                    .map(ModelEntry::name)
                                    .toList());
        }
        return model;
    }

    /**
     * The model of the same encoder, head, fine-tuning, split and number of examples that learns
     * from truth.
     */
    private String twin(ModelEntry student) {
        List<String> twins =
                byName.values().stream()
                        .filter(
                                m ->
                                        m.onTruth()
                                                && m.encoder().equals(student.encoder())
                                                && m.head().equals(student.head())
                                                && m.fineTuning().equals(student.fineTuning())
                                                && m.split() == student.split()
                                                && m.examples() == student.examples())
                        .map(ModelEntry::name)
                        .toList();
        if (twins.size() == 1) {
            return twins.get(0);
        }
        throw ExperimentException.at(
                student.place(),
                twins.isEmpty()
                        ? "no ceiling for model '" + student.name() + "'"
                        : "more than one ceiling for model '" + student.name() + "': " + twins,
                twins.isEmpty()
                        ? "a model with encoder "
                                + student.encoder()
                                + ", the same head, fine-tuning and split, and supervisor truth; or 'ceiling:"
                                + " NAME'; or 'ceiling: none'"
                        : "'ceiling:' to name one of them");
    }
}
