package dev.belay.cli.check;

import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Checks predictions: unknown models, incomplete sweeps. */
final class SweepCheck {
    private final Set<String> holdout;
    private final List<Finding> findings;

    /**
     * @param holdout ids of its examples
     * @param findings receives what is wrong
     */
    SweepCheck(Set<String> holdout, List<Finding> findings) {
        this.holdout = holdout;
        this.findings = findings;
    }

    private record Sweep(String model, long checkpoint) {}

    /**
     * Reads the predictions of the task and reports unknown models and incomplete sweeps. If older
     * predictions are not read, sweeps are not checked.
     *
     * @param specs of the task
     */
    void run(TopicScan scan, String topic, SpecCheck specs) {
        Map<String, Long> unknown = new TreeMap<>();
        Map<Sweep, Set<String>> rows = new HashMap<>();
        Map<Sweep, Long> expected = new HashMap<>();
        scan.read(
                topic,
                PredictionBlock.class,
                false,
                (record, block) -> {
                    if (block == null) {
                        return;
                    }
                    String model = block.getModel();
                    if (!specs.has(model)) {
                        unknown.merge(model, (long) block.getIds().size(), Long::sum);
                    } else if (block.getPhase() == Phase.HOLDOUT) {
                        Sweep sweep = new Sweep(model, block.getCheckpoint());
                        rows.computeIfAbsent(sweep, s -> new HashSet<>()).addAll(block.getIds());
                        expected.merge(sweep, block.getSweepRows(), Math::max);
                    }
                });
        unknown.forEach(
                (model, n) ->
                        findings.add(
                                new Finding(
                                        Finding.Kind.UNKNOWN_MODEL,
                                        "%,d predictions of model '%s', of which there is no spec"
                                                .formatted(n, model),
                                        "declare it: ./belay models add FILE; ids are experiment/model#seed@run")));
        if (scan.truncated().contains(topic)) {
            return;
        }
        rows.forEach(
                (sweep, ids) -> {
                    long due = expected.getOrDefault(sweep, 0L);
                    if (due > 0 && ids.size() < due) {
                        findings.add(stalled(sweep, ids, due));
                    } else if (due == 0) {
                        findings.add(
                                new Finding(
                                        Finding.Kind.INCOMPLETE_SWEEP,
                                        "the sweep of %s at checkpoint %d has %,d rows and no block with sweepRows, their total"
                                                .formatted(
                                                        sweep.model(),
                                                        sweep.checkpoint(),
                                                        ids.size()),
                                        "set sweepRows in its last block, or in a repeated one"));
                    }
                });
    }

    private Finding stalled(Sweep sweep, Set<String> ids, long due) {
        Set<String> missing = new TreeSet<>(holdout);
        missing.removeAll(ids);
        return new Finding(
                Finding.Kind.INCOMPLETE_SWEEP,
                "the sweep of %s at checkpoint %d has %,d of %,d rows; missing: %s"
                        .formatted(
                                sweep.model(),
                                sweep.checkpoint(),
                                ids.size(),
                                due,
                                missing.isEmpty()
                                        ? "no example of the holdout"
                                        : missing.stream().limit(3).toList()
                                                + (missing.size() > 3 ? " and others" : "")),
                missing.isEmpty()
                        ? "correct sweepRows: the holdout has %,d examples"
                                .formatted(holdout.size())
                        : "predict the missing examples, or wait for its evaluator");
    }
}
