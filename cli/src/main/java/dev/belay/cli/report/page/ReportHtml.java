package dev.belay.cli.report.page;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.samskivert.mustache.Mustache;
import dev.belay.aggregators.statistics.figures.Pgr;
import dev.belay.aggregators.statistics.figures.SeedIntervals;
import dev.belay.cli.report.results.Format;
import dev.belay.cli.report.results.PairFigure;
import dev.belay.cli.report.results.PairMedian;
import dev.belay.cli.report.results.RowJson;
import dev.belay.cli.report.results.RunResults;
import dev.belay.cli.report.results.Spread;
import dev.belay.cli.report.results.TaskCounts;
import dev.belay.producers.task.RecordCounts;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ClusterFigures;
import dev.belay.schemas.events.PairMetrics;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The report as one HTML file that needs nothing else: styles, script, d3 and data are inside, and
 * its content security policy forbids every request. Tables are written here, figures are drawn by
 * {@code report.js} from the data island. The template escapes every value.
 */
public final class ReportHtml {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String D3 = "/META-INF/resources/webjars/d3/7.9.0/";
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private ReportHtml() {}

    /**
     * While the run is incomplete, the newest rows take the place of the final ones, which the page
     * states.
     */
    public static String of(RunResults results, Instant written) {
        boolean complete = results.complete();
        List<PairMetrics> rows = complete ? results.finalRows() : results.newestRows();
        List<PairMedian> medians = results.medians(rows);
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("experiment", results.experiment());
        page.put("task", results.task());
        page.put("written", DATE.format(written));
        page.put("incomplete", !complete);
        page.put(
                "headline",
                (complete || rows.isEmpty() ? "" : "So far: ")
                        + headline(medians, results.counts().examples()));
        page.put("medians", medians.stream().map(ReportHtml::median).toList());
        page.put("severalSeeds", medians.stream().anyMatch(m -> m.overSeeds() != null));
        page.put("pairs", rows.stream().map(row -> pair(results, row)).toList());
        page.put("failures", results.failures().stream().map(f -> failure(results, f)).toList());
        page.put("examples", results.counts().examples());
        page.put("supervisorExamples", Format.count(results.counts().examples().supervisor()));
        page.put("studentExamples", Format.count(results.counts().examples().student()));
        page.put("holdoutExamples", Format.count(results.counts().examples().holdout()));
        RecordCounts records = results.counts().records();
        page.put("records", records == null ? "" : "The source: " + records + ". ");
        page.put("seeds", join(results.specs().stream().map(s -> s.getSeed()).toList()));
        page.put("versions", join(versions(results)));
        page.put("models", ModelSettings.of(results.specs()));
        page.put("css", resource("report.css"));
        page.put("js", resource("report.js"));
        page.put("d3", resource(D3 + "dist/d3.min.js"));
        page.put("d3license", resource(D3 + "LICENSE"));
        section(page, "compared", BesideTables.compared(results));
        section(page, "chains", BesideTables.chains(results, rows));
        section(page, "stoppedByTruth", BesideTables.stoppedByTruth(results, rows));
        TaskCounts.Majority majority = results.counts().majority();
        page.put("majority", majority != null);
        page.put("majorityName", majority == null ? "" : majority.name());
        page.put("majorityAccuracy", Format.rate(majority == null ? null : majority.accuracy()));
        section(page, "errors", FigureTables.errors(results, rows));
        section(page, "calibration", FigureTables.calibration(results, rows));
        section(page, "checkpoints", FigureTables.checkpoints(results, rows));
        section(page, "classTables", ClassTables.of(results, rows));
        section(page, "slices", SliceTable.of(results, rows));
        section(page, "sources", SourceTable.of(results));
        section(page, "stream", StreamTable.of(results));
        section(page, "alerts", AlertTable.of(results));
        boolean choice = rows.stream().anyMatch(row -> results.isChoice(row.getStudent()));
        page.put("choice", choice);
        page.put("byClass", !choice);
        page.put("grouped", rows.stream().anyMatch(row -> row.getGrouped() > 0));
        page.put(
                "groupedStream",
                results.streamRows().stream().anyMatch(row -> row.getGrouped() > 0));
        page.put("labelFree", rows.stream().anyMatch(row -> row.getLabelAgreement() != null));
        SizeFigure sizes = SizeFigure.of(results, rows);
        page.put("sizes", sizes != null);
        page.put("sizesWide", sizes != null && sizes.supervisors().size() > 1);
        NoiseFigure noise = NoiseFigure.of(results, rows);
        page.put("noise", noise != null);
        page.put("noiseEce", noise != null && noise.anyEce());
        page.put("noiseLost", noise != null && noise.anyLost());
        TimeFigure time = TimeFigure.of(results);
        page.put("time", time != null);
        List<Facet> facets = Facet.of(results, rows);
        page.put("faceted", !facets.isEmpty());
        page.put("data", data(results, medians, sizes, noise, time, facets));
        return Mustache.compiler().compile(resource("report.mustache")).execute(page);
    }

    /** A table, and whether there is anything in it. */
    private static void section(
            Map<String, Object> page, String name, List<Map<String, Object>> lines) {
        page.put(name, lines);
        page.put(name + "Any", !lines.isEmpty());
    }

    /** One sentence on the student that recovered most. */
    private static String headline(List<PairMedian> medians, TaskCounts.Examples examples) {
        @Nullable PairMedian best = null;
        double most = Double.NEGATIVE_INFINITY;
        for (PairMedian median : medians) {
            Spread pgr = median.pgr();
            if (pgr != null && pgr.median() > most) {
                most = pgr.median();
                best = median;
            }
        }
        if (best == null) {
            if (medians.stream().anyMatch(median -> isOpen(median.pgrUndefined()))) {
                return "There is no performance gap recovered to report yet: predictions or truth"
                        + " of the holdout are missing.";
            }
            if (!examples.hasHoldout()) {
                return String.format(
                        Locale.ROOT,
                        "The holdout has %,d of %,d examples. Checkpoints are evaluated once it is"
                                + " complete; until then there are the figures of the stream, below.",
                        examples.holdout(),
                        examples.holdoutSize());
            }
            return medians.isEmpty()
                    ? "No pair has been compared yet."
                    : "The gap between supervisor and ceiling is not resolved: there is no"
                            + " performance gap recovered to report.";
        }
        if (2 * best.above() <= best.seeds()) {
            return String.format(
                    Locale.ROOT,
                    "No recovery can be shown: the interval of PGR lies above 0 in %d of %d seeds"
                            + " of %s, the student with the greatest median (%s).",
                    best.above(),
                    best.seeds(),
                    best.student(),
                    Format.pgr(most));
        }
        boolean several = best.seeds() > 1;
        return String.format(
                Locale.ROOT,
                "Learning only from the labels of %s, %s recovered %s %% of the gap to its"
                        + " ceiling%s accuracy %s, between %s and %s%s.",
                best.supervisor(),
                best.student(),
                Format.percent(most),
                several ? " in the median of " + best.seeds() + " seeds;" : ":",
                Format.rate(middle(best.studentAccuracy())),
                Format.rate(middle(best.supervisorAccuracy())),
                Format.rate(middle(best.ceilingAccuracy())),
                several ? " (each a median of its own: their ratio may be another)" : "");
    }

    /** Whether a PGR is undefined only until all predictions and all truth are there. */
    private static boolean isOpen(@Nullable String undefined) {
        return "still-growing".equals(undefined) || "truth-missing".equals(undefined);
    }

    private static Map<String, Object> median(PairMedian median) {
        Map<String, Object> cells = new LinkedHashMap<>();
        cells.put("student", median.student());
        cells.put("supervisor", median.supervisor());
        cells.put("ceiling", median.ceiling() == null ? "none" : median.ceiling());
        Cells.spread(cells, "supervisorAccuracy", median.supervisorAccuracy(), 3);
        Cells.spread(cells, "studentAccuracy", median.studentAccuracy(), 3);
        Cells.spread(cells, "ceilingAccuracy", median.ceilingAccuracy(), 3);
        Cells.spread(cells, "pgr", median.pgr(), 2);
        String reason = median.pgrUndefined();
        cells.put("pgrUndefined", reason == null ? "" : reason);
        cells.put("seeds", median.seeds());
        cells.put("undefined", Cells.undefined(median.undefined(), median.seeds()));
        overSeeds(cells, median.overSeeds());
        Cells.spread(
                cells, "agreementWhenSupervisorRight", median.agreementWhenSupervisorRight(), 3);
        Cells.spread(
                cells, "agreementWhenSupervisorWrong", median.agreementWhenSupervisorWrong(), 3);
        return cells;
    }

    private static void overSeeds(Map<String, Object> cells, @Nullable SeedIntervals all) {
        Pgr.Undefined reason = all == null ? null : all.pgr().undefined();
        cells.put("overSeeds", all != null);
        Cells.measure(cells, "meanGain", all == null ? null : all.gain(), 3);
        Cells.measure(cells, "meanGap", all == null ? null : all.gap(), 3);
        Cells.measure(cells, "meanPgr", all == null ? null : all.pgr().measure(), 2);
        cells.put("meanPgrUndefined", reason == null ? "" : reason.label());
    }

    private static Map<String, Object> pair(RunResults results, PairMetrics row) {
        Map<String, Object> cells = new LinkedHashMap<>();
        String ceiling = row.getCeiling();
        cells.put("student", results.name(row.getStudent()));
        cells.put("supervisor", results.name(row.getSupervisor()));
        cells.put("ceiling", ceiling == null ? "none" : results.name(ceiling));
        cells.put("seed", row.getSeed());
        cells.put("checkpoint", row.getCheckpoint() + (row.getProvisional() ? "*" : ""));
        cells.put("examplesSeen", Format.count(row.getExamplesSeen()));
        cells.put("n", Format.count(row.getN()));
        ClusterFigures clusters = row.getClusters();
        cells.put(
                "clusters",
                clusters == null ? "" : "in " + Format.count(clusters.getClusters()) + " clusters");
        cells.put("withoutTruth", row.getWithoutTruth() == 0 ? "" : "+" + row.getWithoutTruth());
        cells.put(
                "abstained",
                row.getAbstained() == 0
                        ? ""
                        : "+" + Format.count(row.getAbstained()) + " abstained");
        Cells.estimate(cells, "supervisorAccuracy", row.getSupervisorAccuracy(), 3);
        Cells.estimate(cells, "studentAccuracy", row.getStudentAccuracy(), 3);
        Cells.estimate(cells, "ceilingAccuracy", row.getCeilingAccuracy(), 3);
        Cells.estimate(cells, "gain", Cells.valid(row.getGain(), row.getAnytimeGain()), 3);
        Cells.estimate(cells, "gap", Cells.valid(row.getGap(), row.getAnytimeGap()), 3);
        Cells.estimate(cells, "pgr", Cells.valid(row.getPgr(), row.getAnytimePgr()), 2);
        String reason = row.getPgrUndefined();
        cells.put("pgrUndefined", reason == null ? "" : reason);
        cells.put("barely", RowJson.barelyResolved(row));
        Cells.estimate(cells, "agreement", row.getAgreement(), 3);
        Cells.estimate(cells, "right", row.getAgreementWhenSupervisorRight(), 3);
        Cells.estimate(cells, "wrong", row.getAgreementWhenSupervisorWrong(), 3);
        return cells;
    }

    private static Map<String, Object> failure(RunResults results, Checkpoint failure) {
        String reason = failure.getReason();
        return Map.of(
                "model", results.name(failure.getModel()),
                "id", failure.getModel(),
                "reason", reason == null ? "no reason given" : reason);
    }

    private static @Nullable Double middle(@Nullable Spread spread) {
        return spread == null ? null : (Double) spread.median();
    }

    private static Set<String> versions(RunResults results) {
        Set<String> versions = new TreeSet<>();
        for (var spec : results.specs()) {
            Checkpoint newest = results.newestCheckpoint(spec.getId());
            if (newest != null) {
                versions.add(newest.getSoftwareVersion());
            }
        }
        return versions;
    }

    private static String join(Iterable<?> values) {
        List<String> texts = new ArrayList<>();
        for (Object value : values) {
            if (!texts.contains(value.toString())) {
                texts.add(value.toString());
            }
        }
        return texts.isEmpty() ? "–" : String.join(", ", texts);
    }

    /** JSON that can't end the script element it stands in. */
    private static String data(
            RunResults results,
            List<PairMedian> medians,
            @Nullable SizeFigure sizes,
            @Nullable NoiseFigure noise,
            @Nullable TimeFigure time,
            List<Facet> facets) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("gaps", medians);
        figures.put("accuracy", Curve.accuracies(results));
        figures.put("pgr", Curve.ofStudents(results, PairMetrics::getPgr));
        figures.put(
                "right", Curve.ofStudents(results, PairMetrics::getAgreementWhenSupervisorRight));
        figures.put(
                "wrong", Curve.ofStudents(results, PairMetrics::getAgreementWhenSupervisorWrong));
        figures.put("labels", Curve.ofStudents(results, PairMetrics::getLabelAgreement));
        figures.put("ece", Curve.valuesOfStudents(results, PairFigure.STUDENT_ECE::in));
        figures.put("sizes", sizes);
        figures.put("noise", noise);
        figures.put("time", time);
        figures.put("facets", facets);
        try {
            return JSON.writeValueAsString(figures).replace("<", "\\u003c");
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = ReportHtml.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("not on the class path: " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name, e);
        }
    }
}
