package dev.belay.cli.run;

import dev.belay.cli.experiment.SpecHash;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.ModelSpec;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The earlier runs of an experiment.
 *
 * @param specs declared now, by model id
 * @param trained spec hashes of all models that have a checkpoint, stopped ones too, by model id
 * @param stopped ids of models that were stopped
 */
record EarlierRuns(Map<String, ModelSpec> specs, Map<String, String> trained, Set<String> stopped) {

    /** The newest run of which anything is known; -1 without any. */
    int newest() {
        return Math.max(
                newest(specs.keySet()), Math.max(newest(trained.keySet()), newest(stopped)));
    }

    /**
     * The run of these specs: the newest one if it had the same models, each with the same spec, so
     * that a stopped model resumes from its last checkpoint; else the next one.
     *
     * @param fresh whether to start a new run in any case
     * @param versioned those, as name#seed, that may have another spec in the same run
     */
    int run(List<ModelSpec> now, boolean fresh, Set<String> versioned) {
        int newest = newest();
        if (newest < 0) {
            return 0;
        }
        if (fresh) {
            return newest + 1;
        }
        List<ModelSpec> wanted = keepHashes(now, newest);
        Map<String, Set<String>> then = new HashMap<>();
        specs.forEach((id, spec) -> note(then, newest, id, Set.of(spec.getSpecHash())));
        trained.forEach((id, hash) -> note(then, newest, id, Set.of(hash)));
        // stopped before its first checkpoint: nothing to contradict
        stopped.forEach(id -> note(then, newest, id, Set.of()));
        Set<String> models = new HashSet<>();
        boolean same = true;
        for (ModelSpec spec : wanted) {
            String model = spec.getModel() + "#" + spec.getSeed();
            models.add(model);
            same &=
                    versioned.contains(model)
                            || Set.of(spec.getSpecHash())
                                    .containsAll(then.getOrDefault(model, Set.of()));
        }
        // a run killed while its specs were written has none of them: they are one transaction
        return same && then.keySet().equals(models) ? newest : newest + 1;
    }

    /**
     * These specs, those that a run already has with the hash that they were written with: another
     * release may have hashed in another way, and checkpoints carry the hash.
     */
    List<ModelSpec> keepHashes(List<ModelSpec> now, int run) {
        return now.stream()
                .map(
                        spec -> {
                            String id =
                                    new ModelId(
                                                    spec.getExperiment(),
                                                    spec.getModel(),
                                                    spec.getSeed(),
                                                    run)
                                            .toString();
                            ModelSpec then = specs.get(id);
                            return then == null || !SpecHash.of(then).equals(SpecHash.of(spec))
                                    ? spec
                                    : ModelSpec.newBuilder(spec)
                                            .setSpecHash(then.getSpecHash())
                                            .build();
                        })
                .toList();
    }

    private static void note(
            Map<String, Set<String>> then, int run, String id, Set<String> hashes) {
        ModelId model = ModelId.parse(id);
        if (model.run() == run) {
            then.computeIfAbsent(model.model() + "#" + model.seed(), m -> new HashSet<>())
                    .addAll(hashes);
        }
    }

    private static int newest(Collection<String> ids) {
        return ids.stream().mapToInt(id -> ModelId.parse(id).run()).max().orElse(-1);
    }
}
