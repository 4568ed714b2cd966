package dev.belay.cli.experiment;

import dev.belay.plugins.Nearest;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Split;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks the relations between models and labelers: supervisors, sources, initial models, ceilings.
 */
final class ModelGraph {
    private static final String NONE = "none";

    private final Map<String, ModelEntry> byName = new LinkedHashMap<>();
    private final Map<String, LabelerEntry> labelers = new LinkedHashMap<>();

    private ModelGraph(List<ModelEntry> models, List<LabelerEntry> labelers) {
        models.forEach(model -> byName.put(model.name(), model));
        labelers.forEach(labeler -> this.labelers.put(labeler.name(), labeler));
    }

    /**
     * Checks all models and labelers together.
     *
     * @return the models, each student with the name of its ceiling; null if it has none
     */
    static List<ModelEntry> check(List<ModelEntry> models, List<LabelerEntry> labelers) {
        ModelGraph graph = new ModelGraph(models, labelers);
        labelers.forEach(graph::checkLabeler);
        models.forEach(graph::checkSupervisors);
        models.forEach(graph::checkCompared);
        return models.stream().map(graph::resolveCeiling).toList();
    }

    private void checkLabeler(LabelerEntry labeler) {
        if (byName.containsKey(labeler.name())) {
            throw ExperimentException.at(
                    labeler.place(),
                    "labeler '" + labeler.name() + "' and a model of the same name",
                    "different names");
        }
        checkChains(labeler.place(), List.of(labeler.name()));
    }

    private void checkSupervisors(ModelEntry model) {
        checkChains(model.place(), List.of(model.name()));
        if (!model.onTruth() && model.split() != Split.STUDENT) {
            throw ExperimentException.at(
                    model.place(),
                    "model '%s' on split supervisor with supervisor '%s'"
                            .formatted(model.name(), model.supervisor()),
                    "split student: supervisors other than truth label no other");
        }
    }

    private void checkCompared(ModelEntry model) {
        String other = model.comparedWith();
        if (other == null) {
            return;
        }
        if (!model.onTruth()) {
            throw ExperimentException.at(
                    model.place(),
                    "compare-with for model '%s' with supervisor '%s'"
                            .formatted(model.name(), model.supervisor()),
                    "compare-with for models whose supervisor is truth: a student is compared with"
                            + " its supervisor");
        }
        String what = "compare-with '" + other + "' of model '" + model.name() + "'";
        if (other.equals(ModelId.TRUTH) || other.equals(model.name())) {
            throw ExperimentException.at(model.place(), what, "another model, or a labeler");
        }
        String unused = existing(other, model.place(), what);
    }

    /**
     * Follows every chain of supervisors, initial models and sources to its end, truth or a labeler
     * without sources, and rejects cycles.
     *
     * @param path the chain so far, from the model or labeler at {@code place}
     */
    private void checkChains(Place place, List<String> path) {
        for (String next : supervisors(path.get(path.size() - 1))) {
            List<String> longer = new ArrayList<>(path);
            longer.add(next);
            if (path.contains(next)) {
                throw ExperimentException.at(
                        place,
                        (hasInit()
                                        ? "a cycle of supervisors and inits: "
                                        : "a cycle of supervisors: ")
                                + String.join(" -> ", longer),
                        "every chain of supervisors to end at truth"
                                + (labelers.isEmpty() ? "" : " or a labeler without sources"));
            }
            checkChains(place, longer);
        }
    }

    private boolean hasInit() {
        return byName.values().stream().anyMatch(model -> model.init() != null);
    }

    /**
     * Whom a model or labeler waits for: supervisor and initial model, or sources; empty for truth.
     */
    private List<String> supervisors(String name) {
        ModelEntry model = byName.get(name);
        LabelerEntry labeler = labelers.get(name);
        if (model != null) {
            String what = "supervisor '" + model.supervisor() + "' of model '" + name + "'";
            List<String> awaited = new ArrayList<>();
            awaited.add(existing(model.supervisor(), model.place(), what));
            InitEntry init = model.init();
            if (init != null && init.isWithin()) {
                if (!byName.containsKey(init.model())) {
                    throw ExperimentException.at(
                            init.place(),
                            "init '" + init + "' of model '" + name + "'",
                            "one of the models "
                                    + byName.keySet()
                                    + Nearest.hint(init.model(), List.copyOf(byName.keySet())));
                }
                awaited.add(init.model());
            }
            return awaited;
        }
        if (labeler == null) {
            return List.of();
        }
        String of = "' of labeler '" + name + "'";
        labeler.sources().forEach(s -> existing(s, labeler.place(), "source '" + s + of));
        return labeler.sources();
    }

    private String existing(String name, Place place, String what) {
        if (name.equals(ModelId.TRUTH) || byName.containsKey(name) || labelers.containsKey(name)) {
            return name;
        }
        List<String> names = new ArrayList<>(byName.keySet());
        names.addAll(labelers.keySet());
        List<String> all = new ArrayList<>(names);
        all.add(ModelId.TRUTH);
        throw ExperimentException.at(
                place,
                what,
                "truth or one of the "
                        + (labelers.isEmpty() ? "models " : "models and labelers ")
                        + names
                        + Nearest.hint(name, all));
    }

    private ModelEntry resolveCeiling(ModelEntry model) {
        String named = model.ceiling();
        if (model.onTruth() && model.comparedWith() == null) {
            if (named != null && !named.equals(NONE)) {
                throw ExperimentException.at(
                        model.place(),
                        "a ceiling for model '" + model.name() + "', whose supervisor is truth",
                        "a ceiling for students only");
            }
            return model.withCeiling(null);
        }
        if (named == null && !model.onTruth()) {
            return model.withCeiling(twin(model));
        }
        if (named == null || named.equals(NONE)) {
            return model.withCeiling(null);
        }
        ModelEntry ceiling = byName.get(named);
        if (ceiling == null || !ceiling.onTruth() || named.equals(model.name())) {
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

    /** The one model that is its twin. */
    private String twin(ModelEntry student) {
        List<String> twins =
                byName.values().stream()
                        .filter(m -> isTwin(m, student))
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
                                + student.encoder().name()
                                + ", the same head, fine-tuning and split, and supervisor truth; or 'ceiling:"
                                + " NAME'; or 'ceiling: none'"
                        : "'ceiling:' to name one of them");
    }

    /**
     * Whether a model is a student's twin: of the same encoder, head, fine-tuning, initial
     * checkpoint, part of the split and number of examples, but learning from truth.
     */
    static boolean isTwin(ModelEntry model, ModelEntry student) {
        return model.onTruth()
                && model.sameKind(student)
                && model.part().equals(student.part())
                && model.examples() == student.examples()
                && sameInit(model, student);
    }

    private static boolean sameInit(ModelEntry a, ModelEntry b) {
        return String.valueOf(a.init()).equals(String.valueOf(b.init()));
    }
}
