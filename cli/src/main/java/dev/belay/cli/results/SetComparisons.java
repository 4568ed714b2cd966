package dev.belay.cli.results;

import dev.belay.cli.report.results.Format;
import dev.belay.cli.results.Finding.Point;
import dev.belay.cli.results.SetResult.Ladder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Differences between the ladders of each set, one point a set: what findings rest on. */
final class SetComparisons {
    private SetComparisons() {}

    static List<SetResult> groups(List<SetResult> results, Set<String> groups) {
        return results.stream().filter(set -> groups.contains(set.experiment().group())).toList();
    }

    /** Sets of which no student has a PGR, and what their holdouts could show. */
    static String untested(List<SetResult> sets) {
        return sets.stream()
                .filter(set -> !set.ladders().isEmpty())
                .filter(set -> each(List.of(set), SetComparisons::pgrOfNaive).isEmpty())
                .map(
                        set ->
                                "Not testable on %s: no gap is resolved; its %,d holdout rows show a difference of %s with probability .8."
                                        .formatted(
                                                set.experiment().name(),
                                                set.holdout(),
                                                Format.rate(resolvableGap(set.holdout()))))
                .collect(Collectors.joining(" "));
    }

    /**
     * The least difference of two accuracies that is shown with probability .8: with a share d = .4
     * of discordant pairs among n, the standard error is at most √(d / n); 2.8 = z(.975) + z(.8)
     * (Connor 1987). Null without rows.
     */
    static @Nullable Double resolvableGap(long holdout) {
        return holdout == 0 ? null : (Double) (2.8 * Math.sqrt(.4 / holdout));
    }

    /** The median PGR of naive students of all other tasks less that of each reward task. */
    static List<Point> rewardLoss(List<SetResult> tasks) {
        List<Point> reward = each(groups(tasks, Set.of("reward")), SetComparisons::pgrOfNaive);
        List<Point> others =
                each(groups(tasks, Set.of("nlp", "chess", "vision")), SetComparisons::pgrOfNaive);
        Double median = new Finding("", "", "", others, 0).median();
        return median == null
                ? List.of()
                : reward.stream().map(p -> new Point(p.set(), median - p.value())).toList();
    }

    /**
     * Ensembles of models that learned from different shares, less ensembles of as many that
     * learned from the same share, combined in the same way.
     */
    static List<Point> ensembles(List<SetResult> results, Value value) {
        List<Point> points = new ArrayList<>();
        for (SetResult set : results) {
            for (Ladder other : set.ladders()) {
                if (other.supervisors().size() < 2
                        || other.supervisors().parts() < other.supervisors().size()) {
                    continue;
                }
                for (Ladder same : set.ladders()) {
                    if (same.supervisors().parts() == 1
                            && same.supervisors().size() == other.supervisors().size()
                            && same.supervisors().kind().equals(other.supervisors().kind())
                            && same.encoder().equals(other.encoder())) {
                        Double gain = difference(value.of(other), value.of(same));
                        if (gain != null) {
                            points.add(
                                    new Point(
                                            set.experiment().name()
                                                    + " "
                                                    + other.supervisors().kind(),
                                            gain));
                        }
                    }
                }
            }
        }
        return points;
    }

    /**
     * With all examples less with the fewest ({@code helps}), or with the best number less with
     * all.
     */
    static List<Point> more(List<SetResult> results, boolean helps) {
        List<Point> points = new ArrayList<>();
        for (SetResult set : results) {
            List<Double> accuracies = // ladders ascend in examples
                    set.ladders().stream()
                            .map(ladder -> accuracy(ladder.naive()))
                            .filter(Objects::nonNull)
                            .toList();
            if (accuracies.size() > 1) {
                double all = accuracies.get(accuracies.size() - 1);
                double best = accuracies.stream().max(Comparator.naturalOrder()).orElseThrow();
                double gain = helps ? all - accuracies.get(0) : best - all;
                points.add(new Point(set.experiment().name(), gain));
            }
        }
        return points;
    }

    /** Of one ladder; null where it can't be compared. */
    @FunctionalInterface
    interface Value {
        @Nullable Double of(Ladder ladder);
    }

    /** One value a set: that of its largest student. */
    static List<Point> each(List<SetResult> results, Value value) {
        List<Point> points = new ArrayList<>();
        for (SetResult set : results) {
            List<Double> values =
                    set.ladders().stream().map(value::of).filter(Objects::nonNull).toList();
            if (!values.isEmpty()) {
                points.add(new Point(set.experiment().name(), values.get(values.size() - 1)));
            }
        }
        return points;
    }

    /**
     * That of the largest student less that of the smallest, on one supervisor's labels.
     *
     * @param oneFamily whether they have the same encoder in other sizes, or other encoders
     */
    static List<Point> largest(List<SetResult> results, boolean oneFamily, Value value) {
        return lastAgainstFirst(
                results,
                (small, large) ->
                        !small.encoder().equals(large.encoder())
                                && small.family().equals(large.family()) == oneFamily,
                value);
    }

    /** A method's accuracy with the fewest passes over the labels, less that with the most. */
    static List<Point> passes(List<SetResult> results, Function<Ladder, @Nullable Student> method) {
        return lastAgainstFirst(
                results,
                (fewest, most) ->
                        fewest.encoder().equals(most.encoder()) && fewest.passes() < most.passes(),
                ladder -> negative(accuracy(method.apply(ladder))));
    }

    /**
     * The value of each set's last ladder less that of the first one that is comparable with it and
     * has the same supervisor.
     */
    private static List<Point> lastAgainstFirst(
            List<SetResult> results, BiPredicate<Ladder, Ladder> comparable, Value value) {
        List<Point> points = new ArrayList<>();
        for (SetResult set : results) {
            for (Ladder first : set.ladders()) {
                Ladder against = set.ladders().get(set.ladders().size() - 1);
                if (first.supervisor().equals(against.supervisor())
                        && comparable.test(first, against)) {
                    Double difference = difference(value.of(against), value.of(first));
                    if (difference != null) {
                        points.add(new Point(set.experiment().name(), difference));
                    }
                    break;
                }
            }
        }
        return points;
    }

    static @Nullable Double accuracy(@Nullable Student student) {
        return student == null ? null : student.accuracy();
    }

    /** The differences of the sets that both have. */
    static List<Point> less(List<Point> first, List<Point> second) {
        Map<String, Double> by = new HashMap<>();
        second.forEach(point -> by.put(point.set(), point.value()));
        return first.stream()
                .filter(point -> by.containsKey(point.set()))
                .map(
                        point ->
                                new Point(
                                        point.set(),
                                        point.value() - by.getOrDefault(point.set(), 0.0)))
                .toList();
    }

    static @Nullable Double pgrOfNaive(Ladder ladder) {
        Student naive = ladder.naive();
        return naive == null ? null : naive.pgr().value();
    }

    static @Nullable Double wrongOfNaive(Ladder ladder) {
        Student naive = ladder.naive();
        return naive == null ? null : naive.wrong();
    }

    static @Nullable Double negative(@Nullable Double value) {
        return value == null ? null : (Double) (-value);
    }

    static @Nullable Double confidenceGain(Ladder ladder) {
        Student confidence = ladder.confidence();
        return difference(confidence == null ? null : confidence.pgr().value(), pgrOfNaive(ladder));
    }

    static @Nullable Double beyondOwnTruth(Ladder ladder) {
        return difference(bestDirect(ladder), ladder.ownTruth());
    }

    static @Nullable Double bootstrappingGain(Ladder ladder) {
        Student best = ladder.bestBootstrapped();
        return best == null
                ? null
                : difference(best.accuracy(), accuracy(ladder.method(best.method())));
    }

    static @Nullable Double bestDirect(Ladder ladder) {
        return ladder.students().stream()
                .map(Student::accuracy)
                .filter(Objects::nonNull)
                .max(Comparator.naturalOrder())
                .orElse(null);
    }

    static @Nullable Double difference(@Nullable Double of, @Nullable Double from) {
        return of == null || from == null ? null : (Double) (of - from);
    }
}
