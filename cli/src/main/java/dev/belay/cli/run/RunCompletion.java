package dev.belay.cli.run;

import dev.belay.cli.report.results.RunResults;
import dev.belay.schemas.ExampleDraw;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Best;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.State;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a finite run is complete: every model is FINISHED, every due sweep of every student
 * is compared, and the final row of every pair accounts for every example of the holdout: as
 * counted, as without truth, as one from which the supervisor abstained, or as one that a model of
 * the pair cannot encode. Results that a FAILED model prevents are not waited for, nor external
 * models, whose last prediction is not announced.
 *
 * @param specs the models of the run
 * @param holdout examples of the holdout
 * @param notEncoded examples of the holdout that at least one of some models cannot encode
 */
record RunCompletion(
        List<ModelSpec> specs, long holdout, ToLongFunction<Collection<String>> notEncoded) {

    /**
     * A student whose newest PROGRESSIVE row may still grow.
     *
     * @param n examples that it counts
     * @param most examples that its whole pair can have predicted before learning from them
     * @param sure whether it is certain to reach {@code most}
     */
    record Growing(String student, long n, long most, boolean sure) {}

    /** What is missing, in words; empty when complete. */
    List<String> missing(RunResults results) {
        List<String> missing = new ArrayList<>();
        Map<String, Map<Long, PairMetrics>> rows = new HashMap<>();
        for (PairMetrics row : results.holdoutRows()) {
            rows.computeIfAbsent(row.getStudent(), s -> new HashMap<>())
                    .put(row.getCheckpoint(), row);
        }
        Set<String> lost = lost(results);
        for (ModelSpec spec : specs) {
            if (lost.contains(spec.getId())) {
                continue;
            }
            Checkpoint last = results.newestCheckpoint(spec.getId());
            if (last == null || last.getState() != State.FINISHED) {
                missing.add(
                        "%s: %s of %s examples learned"
                                .formatted(
                                        spec.getId(),
                                        last == null ? 0 : last.getExamplesSeen(),
                                        spec.getBudget()));
            } else if (RunResults.comparedTo(spec) != null) {
                Map<Long, PairMetrics> of = rows.getOrDefault(spec.getId(), Map.of());
                Set<Long> due = due(spec, last.getNumber());
                due.removeAll(of.keySet());
                if (!due.isEmpty()) {
                    missing.add(
                            "%s: %s checkpoints to compare with %s"
                                    .formatted(
                                            spec.getId(), due.size(), RunResults.comparedTo(spec)));
                } else if (!isFinal(of.get(last.getNumber()), lost.contains(spec.getCeiling()))) {
                    missing.add(
                            "%s: its final comparison with %s"
                                    .formatted(spec.getId(), RunResults.comparedTo(spec)));
                } else if (!isSettled(of.get(last.getNumber()), of)) {
                    missing.add(
                            "%s: its comparison with earlier checkpoints".formatted(spec.getId()));
                }
            }
        }
        return missing;
    }

    /**
     * The students whose last PROGRESSIVE row has not been received. It counts the examples that
     * student and ceiling have both learned from: both predicted them before, and the supervisor
     * labelled them. It is certain to arrive if the two learned from the same examples and no truth
     * is missing. Where truth is sampled, examples without it are counted too, and how many will
     * have it is not known.
     */
    List<Growing> growing(RunResults results) {
        Map<String, PairMetrics> rows = new HashMap<>();
        results.streamRows().forEach(row -> rows.put(row.getStudent(), row));
        Map<String, ModelSpec> byId = new HashMap<>();
        specs.forEach(spec -> byId.put(spec.getId(), spec));
        Set<String> lost = lost(results);
        List<Growing> growing = new ArrayList<>();
        for (ModelSpec spec : specs) {
            if (spec.getSupervisor().equals(ModelId.TRUTH) || lost.contains(spec.getId())) {
                continue;
            }
            String ceiling = spec.getCeiling();
            long seen = results.examplesSeen(spec.getId());
            long beside = ceiling == null ? seen : results.examplesSeen(ceiling);
            long most = beside == 0 ? seen : Math.min(seen, beside);
            PairMetrics row = rows.get(spec.getId());
            long without = row == null ? 0 : row.getWithoutTruth();
            boolean sampled = spec.getTruthSampled() != null; // then most have no truth
            long n = row == null ? 0 : row.getN() + row.getAbstained() + (sampled ? without : 0);
            if (row == null
                    || n < most
                    || (sampled && without > 0) // of which some truth may not be counted yet
                    || (row.getProvisional() && !lost.contains(ceiling))) {
                boolean sure =
                        (sampled ? n < most : without == 0)
                                && (ceiling == null
                                        || (beside == seen && same(spec, byId.get(ceiling))));
                growing.add(new Growing(spec.getId(), n, most, sure));
            }
        }
        return growing;
    }

    /** Whether two models that learned from equally many examples learned from the same. */
    private static boolean same(ModelSpec student, @Nullable ModelSpec ceiling) {
        return ceiling != null
                && student.getSplit() == ceiling.getSplit()
                && ExampleDraw.of(student).equals(ExampleDraw.of(ceiling));
    }

    private static Set<Long> due(ModelSpec spec, long last) {
        Set<Long> due = new HashSet<>(Set.of(last));
        for (long k = spec.getEvaluateEvery(); k < last; k += spec.getEvaluateEvery()) {
            due.add(k);
        }
        return due;
    }

    /**
     * External models, models that FAILED, and those whose supervisor, or a labeler that it reads,
     * did before it could label; and those compared with such a one.
     */
    private Set<String> lost(RunResults results) {
        Set<String> lost = new HashSet<>();
        Set<String> mute = new HashSet<>();
        specs.stream().filter(LabelerSpecs::isExternal).map(ModelSpec::getId).forEach(lost::add);
        for (Checkpoint failed : results.failures()) {
            lost.add(failed.getModel());
            for (ModelSpec spec : specs) {
                if (spec.getId().equals(failed.getModel())
                        && (spec.getReadyAt() == 0
                                || failed.getExamplesSeen() < spec.getReadyAt())) {
                    mute.add(spec.getId());
                }
            }
        }
        boolean more = true;
        while (more) { // a chain of supervisors is short
            more = false;
            for (ModelSpec spec : specs) {
                if (isMute(spec.getSupervisor(), mute, results)) {
                    more |= lost.add(spec.getId());
                    more |= mute.add(spec.getId());
                }
            }
        }
        for (ModelSpec spec : specs) {
            String other = spec.getComparedWith();
            if (other != null && isMute(other, mute, results)) {
                lost.add(spec.getId()); // it is never compared, but can still label
            }
        }
        return lost;
    }

    private static boolean isMute(String labeler, Set<String> mute, RunResults results) {
        return mute.contains(labeler)
                || results.sources(labeler).stream().anyMatch(s -> isMute(s, mute, results));
    }

    /**
     * Whether the last row includes the best of all earlier rows. It is emitted again if one of
     * these arrives after it, which must not be missed. Rows of aggregators that don't compare
     * checkpoints are settled.
     */
    private static boolean isSettled(@Nullable PairMetrics last, Map<Long, PairMetrics> rows) {
        if (last == null || last.getBestLabelAgreement() == null) {
            return true;
        }
        return same(last.getBestPgr(), rows, PairMetrics::getPgr)
                && same(last.getBestLabelAgreement(), rows, PairMetrics::getLabelAgreement);
    }

    private static boolean same(
            @Nullable Best best,
            Map<Long, PairMetrics> rows,
            Function<PairMetrics, @Nullable Estimate> value) {
        double greatest = Double.NEGATIVE_INFINITY;
        for (PairMetrics row : rows.values()) {
            Estimate found = value.apply(row);
            greatest = found == null ? greatest : Math.max(greatest, found.getValue());
        }
        return (best == null ? Double.NEGATIVE_INFINITY : best.getValue()) == greatest;
    }

    private boolean isFinal(@Nullable PairMetrics row, boolean withoutCeiling) {
        if (row == null || (row.getProvisional() && !withoutCeiling)) {
            return false;
        }
        long missing = holdout - row.getN() - row.getWithoutTruth() - row.getAbstained();
        return missing == 0 || (missing > 0 && missing <= notEncoded.applyAsLong(models(row)));
    }

    private static List<String> models(PairMetrics row) {
        List<String> models = new ArrayList<>(List.of(row.getSupervisor(), row.getStudent()));
        if (row.getCeiling() != null) {
            models.add(row.getCeiling());
        }
        return models;
    }
}
