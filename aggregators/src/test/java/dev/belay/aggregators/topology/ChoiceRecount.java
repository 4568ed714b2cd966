package dev.belay.aggregators.topology;

import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Truth;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a task of kind choice by their definitions, from all events: no code of the
 * product, no increments.
 */
final class ChoiceRecount {
    /** A prediction, or an abstention, whose probabilities are all 0. */
    private record Said(boolean abstains, long timeMs, List<Float> row) {
        int option() {
            return row.indexOf(Collections.max(row)); // ties to the lowest
        }

        double confidence() {
            return Collections.max(row);
        }
    }

    /** Greater time; ties by greater probabilities, compared in order. */
    private static final Comparator<Said> NEWEST =
            Comparator.comparingLong(Said::timeMs)
                    .thenComparing(
                            Said::row,
                            (a, b) -> {
                                for (int k = 0; k < Math.min(a.size(), b.size()); k++) {
                                    int order = a.get(k).compareTo(b.get(k));
                                    if (order != 0) {
                                        return order;
                                    }
                                }
                                return a.size() - b.size();
                            });

    /**
     * @param cells 16 counts, as in the event
     * @param withoutTruth examples predicted by all that have no valid truth
     * @param abstained examples from which the supervisor abstained
     */
    record Table(List<Long> cells, long withoutTruth, long abstained) {}

    /** Scores and calibration of a model. */
    record Scores(double brier, double logLoss, double ece) {}

    /**
     * What rests on supervisor and student alone.
     *
     * @param misfit mean squared distance of the two distributions
     */
    record Probabilities(long n, Scores supervisor, Scores student, double misfit) {}

    private final List<Truth> truths;
    private final List<PredictionBlock> blocks;

    ChoiceRecount(List<Truth> truths, List<PredictionBlock> blocks) {
        this.truths = truths;
        this.blocks = blocks;
    }

    /**
     * @param phase HOLDOUT, each model by one checkpoint; or PROGRESSIVE
     * @param window event times of the student's predictions
     * @param lateMs how much later than the student's prediction truth may be
     */
    Table table(
            Phase phase,
            String supervisor,
            String student,
            @Nullable String ceiling,
            Predicate<Long> window,
            long lateMs) {
        Map<String, Said> w = newest(supervisor, phase);
        Map<String, Said> s = newest(student, phase);
        Map<String, Said> c = ceiling == null ? s : newest(ceiling, phase);
        long[] cells = new long[16];
        long withoutTruth = 0;
        long abstained = 0;
        for (Map.Entry<String, Said> entry : s.entrySet()) {
            String id = entry.getKey();
            Said strong = entry.getValue();
            Said weak = w.get(id);
            Said top = c.get(id);
            if (weak == null
                    || top == null
                    || strong.abstains()
                    || top.abstains()
                    || !window.test(strong.timeMs())) {
                continue;
            }
            int y = truth(id, List.of(weak, strong, top), strong.timeMs() + lateMs);
            if (weak.abstains()) {
                abstained++;
            } else if (y < 0) {
                withoutTruth++;
            } else {
                int cell = weak.option() == y ? 8 : 0;
                cell += strong.option() == y ? 4 : 0;
                cell += ceiling != null && top.option() == y ? 2 : 0;
                cell += strong.option() == weak.option() ? 1 : 0;
                cells[cell]++;
            }
        }
        List<Long> list = new ArrayList<>();
        for (long cell : cells) {
            list.add(cell);
        }
        return new Table(list, withoutTruth, abstained);
    }

    Probabilities probabilities(Phase phase, String supervisor, String student, long lateMs) {
        Map<String, Said> w = newest(supervisor, phase);
        Map<String, Said> s = newest(student, phase);
        List<Said> weak = new ArrayList<>();
        List<Said> strong = new ArrayList<>();
        List<Integer> truth = new ArrayList<>();
        double misfit = 0;
        Set<String> ids = new TreeSet<>(s.keySet());
        ids.retainAll(w.keySet());
        for (String id : ids) {
            Said a = w.getOrDefault(id, new Said(true, 0, List.of()));
            Said b = s.getOrDefault(id, new Said(true, 0, List.of()));
            int y = truth(id, List.of(a, b), b.timeMs() + lateMs);
            if (a.abstains() || b.abstains() || y < 0) {
                continue;
            }
            weak.add(a);
            strong.add(b);
            truth.add(y);
            for (int k = 0; k < a.row().size(); k++) {
                misfit += Math.pow(a.row().get(k) - b.row().get(k), 2);
            }
        }
        int n = truth.size();
        return new Probabilities(n, scores(weak, truth), scores(strong, truth), misfit / n);
    }

    private static Scores scores(List<Said> all, List<Integer> truths) {
        double brier = 0;
        double logLoss = 0;
        double[] confidence = new double[15];
        double[] right = new double[15];
        int n = all.size();
        for (int i = 0; i < n; i++) {
            Said said = all.get(i);
            int y = truths.get(i);
            for (int k = 0; k < said.row().size(); k++) {
                brier += Math.pow(said.row().get(k) - (k == y ? 1 : 0), 2);
            }
            logLoss -= Math.log(Math.max(said.row().get(y), 1e-7));
            int bin = 0;
            while (bin < 14 && said.confidence() > (bin + 1) / 15.) {
                bin++;
            }
            confidence[bin] += said.confidence();
            right[bin] += said.option() == y ? 1 : 0;
        }
        double ece = 0;
        for (int bin = 0; bin < 15; bin++) {
            ece += Math.abs(right[bin] - confidence[bin]) / n;
        }
        return new Scores(brier / n, logLoss / n, ece);
    }

    /** The right option as known by then; −1: not known, or the models disagree on the options. */
    private int truth(String id, List<Said> predicted, long untilMs) {
        long sizes = predicted.stream().map(said -> said.row().size()).distinct().count();
        int options = predicted.get(0).row().size();
        return sizes > 1
                ? -1
                : truths.stream()
                        .filter(t -> t.getId().equals(id) && t.getLabel() < options)
                        .filter(t -> t.getEventTimeMs() <= untilMs)
                        .max(
                                Comparator.comparingLong(Truth::getEventTimeMs)
                                        .thenComparing(Truth::getLabel))
                        .map(Truth::getLabel)
                        .orElse(-1);
    }

    private Map<String, Said> newest(String model, Phase phase) {
        Map<String, Said> newest = new HashMap<>();
        for (PredictionBlock block : blocks) {
            if (!block.getModel().equals(Specs.id(model)) || block.getPhase() != phase) {
                continue;
            }
            int from = 0;
            for (int i = 0; i < block.getIds().size(); i++) {
                int to = from + block.getOptionCounts().get(i);
                Said said =
                        new Said(
                                block.getAbstained().contains(i),
                                block.getEventTimesMs().get(i),
                                List.copyOf(block.getProbabilities().subList(from, to)));
                newest.merge(
                        block.getIds().get(i), said, (a, b) -> NEWEST.compare(b, a) > 0 ? b : a);
                from = to;
            }
        }
        return newest;
    }
}
