package dev.belay.cli.experiment;

import dev.belay.models.encoder.EncoderRef;
import dev.belay.models.encoder.LengthEncoder;
import dev.belay.models.loss.LossFunction;
import dev.belay.plugins.Configured;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.events.FineTuning;
import dev.belay.schemas.events.FineTuningScope;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Retention;
import dev.belay.trainers.learning.ModelDefaults;
import dev.belay.trainers.methods.ExampleSelector;
import dev.belay.trainers.methods.Methods;
import dev.belay.trainers.methods.StoppingRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Honest baselines of weak-to-strong students (Zhu et al. 2023, arXiv 2305.17442: a model that
 * learns from the few clean labels directly often beats one that learns from weak labels made with
 * them). For each kind of student (network, ceiling and first supervisor of its chain) a model of
 * that kind that learns from the very truth that the supervisor has learned from: the same draw of
 * the same part. Students of labelers that are no models, such as rules, have none, and so have
 * external students and those of external models.
 *
 * <p>With {@code kind: choice} also the length-only baseline, one for each first supervisor with
 * another encoder; its ceiling is that of the first student.
 */
final class Baselines {
    private static final String SUFFIX = "-baseline";
    private static final int MOST_PASSES = 1_000;

    private Baselines() {}

    /**
     * The models, then their baselines.
     *
     * @param models checked, with the names of their ceilings
     * @throws ExperimentException if the name of a baseline is that of another model
     */
    static List<ModelEntry> add(List<ModelEntry> models, TaskKind kind) {
        Map<String, ModelEntry> byName = new HashMap<>();
        models.forEach(model -> byName.put(model.name(), model));
        List<ModelEntry> all = new ArrayList<>(models);
        Set<String> withLength = new HashSet<>();
        for (ModelEntry student : models) {
            ModelEntry supervisor = first(student, byName);
            if (supervisor == null || supervisor.isExternal() || student.isExternal()) {
                continue;
            }
            addUnlessThere(all, likeStudent(student, supervisor));
            if (kind == TaskKind.CHOICE
                    && !supervisor.encoder().name().equals(LengthEncoder.NAME)
                    && withLength.add(supervisor.name())) {
                addUnlessThere(all, ofLength(student, supervisor));
            }
        }
        return all;
    }

    /** The model on truth at the beginning of a student's chain; null if there is none. */
    private static @Nullable ModelEntry first(ModelEntry student, Map<String, ModelEntry> byName) {
        ModelEntry at = student;
        while (at != null && !at.onTruth()) {
            at = byName.get(at.supervisor());
        }
        return student.onTruth() ? null : at;
    }

    private static void addUnlessThere(List<ModelEntry> all, ModelEntry baseline) {
        for (ModelEntry other : all) {
            if (other.onTruth()
                    && other.sameKind(baseline)
                    && other.part().equals(baseline.part())
                    && other.examples() == baseline.examples()
                    && String.valueOf(other.comparedWith())
                            .equals(String.valueOf(baseline.comparedWith()))
                    && String.valueOf(other.ceiling()).equals(String.valueOf(baseline.ceiling()))) {
                return; // of another student of the kind, or written in the file
            }
            if (other.name().equals(baseline.name())) {
                throw ExperimentException.at(
                        other.place(),
                        "model '"
                                + other.name()
                                + "' and 'baselines: true', which adds one of that name",
                        "another name");
            }
        }
        all.add(baseline);
    }

    private static ModelEntry likeStudent(ModelEntry student, ModelEntry supervisor) {
        return new ModelEntry(
                student.place(),
                student.name() + SUFFIX,
                student.encoder(),
                student.head(),
                ModelId.TRUTH,
                supervisor.part(),
                supervisor.examples(),
                plain(),
                student.microEpoch(),
                student.maxWaitMs(),
                student.passes(),
                student.replay(),
                student.replayMemory(),
                student.batchSize(),
                student.optimizer(),
                student.zeroInit(),
                student.fineTuning(),
                student.retention(),
                0,
                LabelPolicy.FIRST_READY,
                student.evaluateEvery(),
                student.ceiling(),
                supervisor.name(),
                student.name(),
                student.init());
    }

    private static ModelEntry ofLength(ModelEntry student, ModelEntry supervisor) {
        FineTuning frozen = FineTuning.newBuilder().setScope(FineTuningScope.HEAD).build();
        ModelDefaults defaults = ModelDefaults.of(LengthEncoder.NAME, frozen);
        return new ModelEntry(
                student.place(),
                supervisor.name() + "-" + LengthEncoder.NAME + SUFFIX,
                new EncoderRef(LengthEncoder.NAME, Map.of(), ""),
                defaults.head(),
                ModelId.TRUTH,
                supervisor.part(),
                supervisor.examples(),
                plain(),
                defaults.microEpoch(),
                student.maxWaitMs(),
                defaults.passes(),
                defaults.replay(),
                defaults.replayMemory(),
                defaults.batchSize(),
                defaults.optimizer(),
                defaults.zeroInit(),
                frozen,
                new Retention(0, 0, false),
                0,
                LabelPolicy.FIRST_READY,
                1,
                student.ceiling(),
                supervisor.name(),
                null,
                null);
    }

    /** Learns from all, by cross-entropy, to the end. */
    private static Methods plain() {
        return new Methods(
                Configured.of(LossFunction.class, Methods.DEFAULT_LOSS, Map.of()),
                Configured.of(ExampleSelector.class, Methods.DEFAULT_SELECTOR, Map.of()),
                Configured.of(StoppingRule.class, Methods.DEFAULT_STOPPING, Map.of()));
    }

    /**
     * Passes with which a baseline makes as many steps as its student, as nearly as whole passes
     * allow; from 1 to 1,000.
     */
    static int passes(ModelSpec student, long budget) {
        double steps = (double) stepsOfAPass(student, student.getBudget()) * student.getPasses();
        long passes = Math.round(steps / stepsOfAPass(student, budget));
        return (int) Math.max(1, Math.min(MOST_PASSES, passes));
    }

    /** Steps of a model that learns so many examples with one pass a micro-epoch. */
    static long stepsOfAPass(ModelSpec spec, long budget) {
        long steps = 0;
        for (long seen = 0; seen < budget; ) {
            long fresh = Math.min(spec.getMicroEpoch(), budget - seen);
            long remembered = Math.min(seen, spec.getReplayMemory());
            long replayed = Math.min(Math.round(spec.getReplay() * fresh), remembered);
            steps += (fresh + replayed + spec.getBatchSize() - 1) / spec.getBatchSize();
            seen += fresh;
        }
        return steps;
    }
}
