package dev.belay.cli.results;

import dev.belay.cli.report.results.Format;
import dev.belay.cli.results.SetResult.Ladder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One claim of the field and what these results say of it: a difference for each set, their median
 * and one sentence. It is found if the median is at least {@code least}.
 *
 * @param id of its figure's file
 * @param title the claim
 * @param axis what a point is, for the figure
 * @param points one a set, ascending
 * @param least the median that the claim needs; not negative
 */
record Finding(String id, String title, String axis, List<Point> points, double least) {

    /** The value of one set. */
    record Point(String set, double value) {}

    Finding {
        points = points.stream().sorted(Comparator.comparingDouble(Point::value)).toList();
    }

    /** The median over sets; null without any. */
    @Nullable Double median() {
        int n = points.size();
        return n == 0
                ? null
                : (Double) ((points.get((n - 1) / 2).value + points.get(n / 2).value) / 2);
    }

    /** The sentence with the numbers it rests on. */
    String sentence() {
        Double median = median();
        if (median == null) {
            return "Not found on these data: no set allows the comparison.";
        }
        long above = points.stream().filter(point -> point.value > 0).count();
        return String.format(
                Locale.ROOT,
                "%s: median %s over %d set%s (needed: %s), above 0 in %d.",
                median >= least && median > 0 ? "Found" : "Not found on these data",
                signed(median),
                points.size(),
                points.size() == 1 ? "" : "s",
                least == 0 ? "above 0" : signed(least),
                above);
    }

    private static String signed(double value) {
        return (value >= 0 ? "+" : "") + Format.pgr(value);
    }

    /** All that follow from the table. */
    static List<Finding> of(List<SetResult> results) {
        List<SetResult> nlp =
                results.stream().filter(set -> set.experiment().group().equals("nlp")).toList();
        return List.of(
                new Finding(
                        "confidence-minus-naive",
                        "The confidence loss beats naive training where there is a gap",
                        "PGR of confidence (better of α .5 and .75) − PGR of naive",
                        each(nlp, Finding::confidenceGain),
                        .2),
                new Finding(
                        "size-pgr",
                        "Larger students recover more (encoders here differ in pretraining too)",
                        "PGR of the largest student − of the smallest, naive",
                        largest(results, Finding::pgrOfNaive),
                        0),
                new Finding(
                        "size-errors",
                        "Larger students agree less with their supervisor's errors (encoders here"
                                + " differ in pretraining too)",
                        "agreement where the supervisor is wrong: smallest student − largest, naive",
                        largest(results, ladder -> negative(wrongOfNaive(ladder))),
                        0),
                new Finding(
                        "passes-naive",
                        "Naive training loses accuracy with many passes",
                        "accuracy of naive: with the fewest passes − with the most",
                        passes(results, Ladder::naive),
                        0),
                new Finding(
                        "passes-confidence",
                        "The confidence loss loses less than naive training with many passes",
                        "what naive loses − what confidence loses",
                        less(passes(results, Ladder::naive), passes(results, Ladder::confidence)),
                        0),
                new Finding(
                        "own-truth",
                        "Weak supervision beats learning from the supervisor's own truth",
                        "accuracy of the best weakly supervised student − on the supervisor's own"
                                + " truth",
                        each(results, Finding::beyondOwnTruth),
                        0),
                new Finding(
                        "bootstrapping",
                        "Bootstrapping through intermediate sizes helps",
                        "accuracy of the bootstrapped student − of the best direct one",
                        each(results, Finding::bootstrappingGain),
                        0));
    }

    /** Of one ladder; null where it can't be compared. */
    @FunctionalInterface
    private interface Value {
        @Nullable Double of(Ladder ladder);
    }

    /** One value a set: that of its largest student. */
    private static List<Point> each(List<SetResult> results, Value value) {
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

    /** That of the largest student less that of the smallest, on one supervisor's labels. */
    private static List<Point> largest(List<SetResult> results, Value value) {
        List<Point> points = new ArrayList<>();
        for (SetResult set : results) {
            List<Ladder> ladders = set.ladders();
            if (ladders.isEmpty()) {
                continue;
            }
            Ladder small = ladders.get(0);
            Ladder large = ladders.get(ladders.size() - 1);
            Double from = value.of(small);
            Double to = value.of(large);
            if (from != null
                    && to != null
                    && small.supervisor().equals(large.supervisor())
                    && !small.encoder().equals(large.encoder())) {
                points.add(new Point(set.experiment().name(), to - from));
            }
        }
        return points;
    }

    /** What more passes over the same labels cost a method: accuracy with fewest − with most. */
    private static List<Point> passes(
            List<SetResult> results, Function<Ladder, @Nullable Student> method) {
        List<Point> points = new ArrayList<>();
        for (SetResult set : results) {
            List<Ladder> ladders = set.ladders();
            if (ladders.isEmpty()) {
                continue;
            }
            Ladder most = ladders.get(ladders.size() - 1);
            Ladder fewest =
                    ladders.stream()
                            .filter(other -> other.encoder().equals(most.encoder()))
                            .filter(other -> other.supervisor().equals(most.supervisor()))
                            .findFirst()
                            .orElse(most);
            Double loss = difference(accuracy(method.apply(fewest)), accuracy(method.apply(most)));
            if (fewest.passes() < most.passes() && loss != null) {
                points.add(new Point(set.experiment().name(), loss));
            }
        }
        return points;
    }

    private static @Nullable Double accuracy(@Nullable Student student) {
        return student == null ? null : student.accuracy();
    }

    /** The differences of the sets that both have. */
    private static List<Point> less(List<Point> first, List<Point> second) {
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

    private static @Nullable Double pgrOfNaive(Ladder ladder) {
        Student naive = ladder.naive();
        return naive == null ? null : naive.pgr().value();
    }

    private static @Nullable Double wrongOfNaive(Ladder ladder) {
        Student naive = ladder.naive();
        return naive == null ? null : naive.wrong();
    }

    private static @Nullable Double negative(@Nullable Double value) {
        return value == null ? null : (Double) (-value);
    }

    private static @Nullable Double confidenceGain(Ladder ladder) {
        Student confidence = ladder.confidence();
        return difference(confidence == null ? null : confidence.pgr().value(), pgrOfNaive(ladder));
    }

    private static @Nullable Double beyondOwnTruth(Ladder ladder) {
        return difference(bestDirect(ladder), ladder.ownTruth());
    }

    private static @Nullable Double bootstrappingGain(Ladder ladder) {
        Student best = ladder.bestBootstrapped();
        return difference(best == null ? null : best.accuracy(), bestDirect(ladder));
    }

    private static @Nullable Double bestDirect(Ladder ladder) {
        return ladder.students().stream()
                .map(Student::accuracy)
                .filter(Objects::nonNull)
                .max(Comparator.naturalOrder())
                .orElse(null);
    }

    private static @Nullable Double difference(@Nullable Double of, @Nullable Double from) {
        return of == null || from == null ? null : (Double) (of - from);
    }
}
