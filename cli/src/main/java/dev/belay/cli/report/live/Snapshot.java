package dev.belay.cli.report.live;

import dev.belay.aggregators.statistics.figures.Pgr;
import dev.belay.aggregators.statistics.figures.SeedIntervals;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.cli.report.page.Cells;
import dev.belay.cli.report.results.Chain;
import dev.belay.cli.report.results.Format;
import dev.belay.cli.report.results.PairMedian;
import dev.belay.cli.report.results.RowJson;
import dev.belay.cli.report.results.RunResults;
import dev.belay.cli.report.results.Spread;
import dev.belay.cli.report.results.TaskCounts;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Content of the live view at one moment.
 *
 * @param title name of the experiment
 * @param elapsed time since the run began
 * @param bars progress, in display order
 * @param lines the table: for each pair its median and mean over seeds at the newest checkpoint
 *     that all seeds have reached, then the newest figures of each seed
 */
public record Snapshot(String title, Duration elapsed, List<Bar> bars, List<Line> lines) {

    /**
     * Progress of one activity.
     *
     * @param done not negative
     * @param total 0 when not known
     * @param note shown behind the numbers, such as a rate; may be empty
     */
    public record Bar(String label, long done, long total, String note) {
        public Bar(String label, long done, long total) {
            this(label, done, total, "");
        }
    }

    /**
     * A line of the table.
     *
     * @param student name of the student
     * @param seed the seed's number, or what says that it is a median (of how many seeds with a
     *     PGR, of all) or a mean
     * @param kind whether it is one seed's, or the median or mean of all seeds of its pair
     * @param range of PGR: the interval of a seed or mean, the spread of a median; the reason where
     *     undefined
     * @param coverage share of the holdout that the supervisor has answered; null: all of it
     * @param seen examples that the student's checkpoint had learned from; of a median, the same
     *     for every seed; −1: not shown
     */
    public record Line(
            String student,
            String seed,
            Kind kind,
            @Nullable Double supervisor,
            @Nullable Double accuracy,
            @Nullable Double ceiling,
            @Nullable Double pgr,
            String range,
            @Nullable Double coverage,
            long seen) {

        /** What a line's figures are of. */
        public enum Kind {
            SEED,
            MEDIAN,
            MEAN
        }
    }

    public Snapshot {
        bars = List.copyOf(bars);
        lines = List.copyOf(lines);
    }

    /**
     * State of a run: the given bars, one more for each model (all of its seeds together), and the
     * newest figures of each pair.
     */
    public static Snapshot of(RunResults results, Duration elapsed, List<Bar> bars) {
        List<Bar> all = new ArrayList<>(bars);
        all.addAll(models(results));
        return new Snapshot(results.experiment(), elapsed, all, lines(results));
    }

    private static List<Bar> models(RunResults results) {
        Map<String, Bar> byName = new LinkedHashMap<>();
        for (ModelSpec spec : results.specs()) {
            if (LabelerSpecs.isExternal(spec)) {
                continue; // the progress of another program is unknown
            }
            long seen = results.examplesSeen(spec.getId());
            byName.merge(
                    spec.getModel(),
                    new Bar(spec.getModel(), seen, spec.getBudget()),
                    (a, b) -> new Bar(a.label(), a.done() + b.done(), a.total() + b.total()));
        }
        return List.copyOf(byName.values());
    }

    private static List<Line> lines(RunResults results) {
        List<Line> lines = pairs(results, results.newestRows());
        chains(results, lines);
        lines.addAll(pairs(results, results.besideRows()));
        TaskCounts.Majority majority = results.counts().majority();
        if (majority != null && !lines.isEmpty()) {
            lines.add(beside("majority", majority.name(), majority.accuracy(), null, ""));
        }
        return lines;
    }

    /** Of each chain its students, by what they recover of the whole chain's gap. */
    private static void chains(RunResults results, List<Line> lines) {
        for (Chain chain : Chain.of(results, results.finalRows())) {
            for (Chain.Link link : chain.links()) {
                String reason = link.undefined();
                lines.add(
                        beside(
                                link.student(),
                                "from " + chain.supervisor(),
                                middle(link.accuracy()),
                                middle(link.pgr()),
                                reason == null ? Format.range(link.pgr(), 2) : reason));
            }
        }
    }

    private static Line beside(
            String name,
            String what,
            @Nullable Double accuracy,
            @Nullable Double pgr,
            String range) {
        return new Line(name, what, Line.Kind.MEDIAN, null, accuracy, null, pgr, range, null, -1);
    }

    private static List<Line> pairs(RunResults results, List<PairMetrics> rows) {
        List<Line> lines = new ArrayList<>();
        Map<String, List<PairMetrics>> levels = results.levelRows();
        for (List<PairMetrics> group : results.byNames(rows)) {
            String student = results.name(group.get(0).getStudent());
            List<PairMetrics> level = levels.getOrDefault(student, List.of());
            if (level.size() > 1) {
                PairMedian median = results.medians(level).get(0);
                lines.add(median(median, level));
                lines.add(mean(median, level));
            }
            group.forEach(row -> lines.add(seed(row, student)));
        }
        return lines;
    }

    private static Line median(PairMedian median, List<PairMetrics> group) {
        String reason = median.pgrUndefined();
        return new Line(
                median.student(),
                "median of " + (median.seeds() - median.undefined()) + "/" + median.seeds(),
                Line.Kind.MEDIAN,
                middle(median.supervisorAccuracy()),
                middle(median.studentAccuracy()),
                middle(median.ceilingAccuracy()),
                middle(median.pgr()),
                reason == null ? Format.range(median.pgr(), 2) : reason,
                coverage(group),
                group.stream().mapToLong(PairMetrics::getExamplesSeen).min().orElse(0));
    }

    /** The mean of all seeds, whether their own PGR is defined or not. */
    private static Line mean(PairMedian median, List<PairMetrics> group) {
        SeedIntervals all = median.overSeeds();
        Measure pgr = all == null ? null : all.pgr().measure();
        Pgr.Undefined reason = all == null ? null : all.pgr().undefined();
        return new Line(
                median.student(),
                "mean of " + median.seeds(),
                Line.Kind.MEAN,
                mean(group, PairMetrics::getSupervisorAccuracy),
                mean(group, PairMetrics::getStudentAccuracy),
                mean(group, PairMetrics::getCeilingAccuracy),
                pgr == null ? null : (Double) pgr.value(),
                pgr == null
                        ? reason == null ? "" : reason.label()
                        : Format.interval(pgr.low(), pgr.high(), 2),
                coverage(group),
                group.stream().mapToLong(PairMetrics::getExamplesSeen).min().orElse(0));
    }

    /** Null where a row lacks the estimate. */
    private static @Nullable Double mean(
            List<PairMetrics> group, Function<PairMetrics, @Nullable Estimate> estimate) {
        double sum = 0;
        for (PairMetrics row : group) {
            Estimate found = estimate.apply(row);
            if (found == null) {
                return null;
            }
            sum += found.getValue();
        }
        return sum / group.size();
    }

    private static Line seed(PairMetrics row, String student) {
        Estimate pgr = Cells.valid(row.getPgr(), row.getAnytimePgr());
        String reason = row.getPgrUndefined();
        return new Line(
                student,
                "seed " + row.getSeed(),
                Line.Kind.SEED,
                value(row.getSupervisorAccuracy()),
                value(row.getStudentAccuracy()),
                value(row.getCeilingAccuracy()),
                value(pgr),
                pgr == null
                        ? reason == null ? "" : reason
                        : Format.interval(pgr.getLow(), pgr.getHigh(), 2)
                                + (RowJson.barelyResolved(row) ? ", gap barely resolved" : ""),
                coverage(List.of(row)),
                row.getExamplesSeen());
    }

    private static @Nullable Double coverage(List<PairMetrics> group) {
        long n = group.stream().mapToLong(PairMetrics::getN).sum();
        long abstained = group.stream().mapToLong(PairMetrics::getAbstained).sum();
        return abstained == 0 ? null : (Double) ((double) n / (n + abstained));
    }

    private static @Nullable Double middle(@Nullable Spread spread) {
        return spread == null ? null : (Double) spread.median();
    }

    private static @Nullable Double value(@Nullable Estimate estimate) {
        return estimate == null ? null : (Double) estimate.getValue();
    }
}
