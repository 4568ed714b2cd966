package dev.belay.cli.export;

import dev.belay.plugins.Nearest;
import dev.belay.schemas.events.ModelSpec;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The newest run of one experiment.
 *
 * @param models by model id: of each (model, seed) the spec of the greatest run
 */
record ExportedRun(String experiment, String task, Map<String, ModelSpec> models) {

    /**
     * @param specs of all experiments and runs
     * @param experiment null: the only one there is
     * @throws IllegalArgumentException when there is no such experiment, or several and none is
     *     named
     */
    static ExportedRun newest(Collection<ModelSpec> specs, @Nullable String experiment) {
        TreeSet<String> names = new TreeSet<>();
        specs.forEach(spec -> names.add(spec.getExperiment()));
        String wanted = experiment;
        if (wanted == null) {
            if (names.size() != 1) {
                throw new IllegalArgumentException(
                        names.isEmpty()
                                ? "there is no experiment to export: no model was ever declared"
                                : "found several experiments; expected --experiment with one of "
                                        + names);
            }
            wanted = names.first();
        }
        Comparator<ModelSpec> byRun = Comparator.comparing(ModelSpec::getRun);
        Map<List<Object>, ModelSpec> newest = new LinkedHashMap<>();
        for (ModelSpec spec : specs) {
            if (spec.getExperiment().equals(wanted)) {
                newest.merge(
                        List.of(spec.getModel(), spec.getSeed()),
                        spec,
                        (a, b) -> byRun.compare(b, a) >= 0 ? b : a);
            }
        }
        if (newest.isEmpty()) {
            throw new IllegalArgumentException(
                    "found no experiment '%s'; expected one of %s%s"
                            .formatted(wanted, names, Nearest.hint(wanted, names)));
        }
        // An experiment that was moved to another task left its older models behind.
        String task = newest.values().stream().max(byRun).map(ModelSpec::getTask).orElseThrow();
        Map<String, ModelSpec> models = new LinkedHashMap<>();
        newest.values().stream()
                .filter(spec -> spec.getTask().equals(task))
                .sorted(Comparator.comparing(ModelSpec::getModel).thenComparing(ModelSpec::getSeed))
                .forEach(spec -> models.put(spec.getId(), spec));
        return new ExportedRun(wanted, task, models);
    }
}
