package dev.belay.cli.report.results;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.aggregators.statistics.figures.Pgr;
import dev.belay.aggregators.statistics.figures.SeedIntervals;
import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.producers.task.RecordCounts;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code summary.json}, which others build on: keys are added, never renamed or removed. Numbers
 * are those of the events, unrounded; what is undefined is null, and {@code pgrUndefined} says why.
 */
public final class SummaryJson {

    private SummaryJson() {}

    public static ObjectNode of(RunResults results) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("experiment", results.experiment()).put("task", results.task());
        json.putObject("examples")
                .put("supervisor", results.counts().examples().supervisor())
                .put("student", results.counts().examples().student())
                .put("holdout", results.counts().examples().holdout());
        RecordCounts records = results.counts().records();
        if (records != null) {
            json.putObject("records")
                    .put("read", records.read())
                    .put("examples", records.examples())
                    .put("truths", records.truths())
                    .put("skipped", records.skipped())
                    .put("rejected", records.rejected())
                    .put("lastReason", records.reason());
        }
        ModelJson.put(json.putArray("models"), results);
        List<PairMetrics> rows = results.reportedRows();
        var pairs = json.putArray("pairs");
        Gates gates = Gates.of(results);
        for (PairMetrics row : rows) {
            ObjectNode pair = RowJson.pair(row, results);
            pair.put("shownBetterAtLook", gates.firstPassed(row.getStudent()));
            pairs.add(pair);
        }
        var medians = json.putArray("median");
        for (List<PairMetrics> seeds : results.byNames(rows)) {
            ObjectNode median = median(PairMedian.of(seeds, results));
            for (PairFigure figure : PairFigure.ALL) {
                spread(median, figure.key(), figure.over(seeds));
            }
            median.put("shownBetter", gates.passed(seeds));
            medians.add(median);
        }
        beside(json, results, rows);
        if (results.specs().stream().anyMatch(spec -> results.isEndless(spec.getId()))) {
            var stream = json.putArray("stream");
            results.streamRows().forEach(row -> stream.add(RowJson.pair(row, results)));
        }
        var failed = json.putArray("failed");
        for (ModelSpec spec : results.specs()) {
            for (Checkpoint failure : results.failures()) {
                if (failure.getModel().equals(spec.getId())) {
                    failed.addObject()
                            .put("model", spec.getModel())
                            .put("seed", spec.getSeed())
                            .put("reason", failure.getReason());
                }
            }
        }
        return json;
    }

    /** What is shown beside PGR: only what a run has. */
    private static void beside(ObjectNode json, RunResults results, List<PairMetrics> rows) {
        List<PairMetrics> compared = results.finalBesideRows();
        if (!compared.isEmpty()) {
            var pairs = json.putArray("comparedPairs");
            compared.forEach(row -> pairs.add(RowJson.pair(row, results)));
            var medians = json.putArray("compared");
            for (List<PairMetrics> seeds : results.byNames(compared)) {
                ObjectNode median = median(PairMedian.of(seeds, results));
                for (PairFigure figure : PairFigure.ALL) {
                    spread(median, figure.key(), figure.over(seeds));
                }
                medians.add(median);
            }
        }
        TaskCounts.Majority majority = results.counts().majority();
        if (majority != null) {
            ObjectNode node = json.putObject("majority");
            node.put("class", majority.name()).put("n", majority.n());
            RowJson.number(node, "accuracy", majority.accuracy());
        }
        List<Chain> chains = Chain.of(results, rows);
        if (!chains.isEmpty()) {
            var array = json.putArray("chains");
            for (Chain chain : chains) {
                ObjectNode node = array.addObject();
                node.put("supervisor", chain.supervisor()).put("ceiling", chain.ceiling());
                links(node, "links", chain.links());
                links(node, "direct", chain.direct());
            }
        }
        var stopped = json.putArray("stoppedByTruth");
        for (StoppedByTruth best : StoppedByTruth.of(results, rows)) {
            ObjectNode node = stopped.addObject().put("upperBound", true);
            node.put("supervisor", best.supervisor()).put("student", best.student());
            node.put("ceiling", best.ceiling());
            spread(node, "studentAccuracy", best.accuracy());
            spread(node, "pgr", best.pgr());
            spread(node, "examplesSeen", best.seen());
            spread(node, "lostSince", LossSinceBest.over(best.lost()));
            var lost = node.putArray("lostSinceBySeed");
            for (LossSinceBest seed : best.lost()) {
                ObjectNode of = lost.addObject().put("examplesSeen", seed.seen());
                measure(of, "loss", seed.loss());
            }
        }
    }

    private static void links(ObjectNode chain, String key, List<Chain.Link> links) {
        var array = chain.putArray(key);
        for (Chain.Link link : links) {
            ObjectNode node = array.addObject().put("student", link.student());
            spread(node, "studentAccuracy", link.accuracy());
            spread(node, "pgr", link.pgr());
            node.put("pgrUndefined", link.undefined());
        }
    }

    private static ObjectNode median(PairMedian median) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("supervisor", median.supervisor()).put("student", median.student());
        json.put("ceiling", median.ceiling());
        json.put("supervisorParameters", median.supervisorParameters());
        json.put("studentParameters", median.studentParameters());
        spread(json, "pgr", median.pgr());
        json.put("pgrUndefined", median.pgrUndefined());
        json.put("seeds", median.seeds()).put("undefined", median.undefined());
        overSeeds(json, median.overSeeds());
        spread(json, "supervisorAccuracy", median.supervisorAccuracy());
        spread(json, "studentAccuracy", median.studentAccuracy());
        spread(json, "ceilingAccuracy", median.ceilingAccuracy());
        spread(json, "agreement", median.agreement());
        spread(json, "agreementWhenSupervisorRight", median.agreementWhenSupervisorRight());
        spread(json, "agreementWhenSupervisorWrong", median.agreementWhenSupervisorWrong());
        return json;
    }

    /** Means over all seeds, whether their own PGR is defined or not, with 95 % intervals. */
    private static void overSeeds(ObjectNode json, @Nullable SeedIntervals all) {
        measure(json, "gainOverSeeds", all == null ? null : all.gain());
        measure(json, "gapOverSeeds", all == null ? null : all.gap());
        measure(json, "pgrOverSeeds", all == null ? null : all.pgr().measure());
        Pgr.Undefined reason = all == null ? null : all.pgr().undefined();
        json.put("pgrOverSeedsUndefined", reason == null ? null : reason.label());
    }

    private static void measure(ObjectNode json, String key, @Nullable Measure measure) {
        RowJson.number(json, key, measure == null ? null : (Double) measure.value());
        RowJson.number(json, key + "Low", measure == null ? null : (Double) measure.low());
        RowJson.number(json, key + "High", measure == null ? null : (Double) measure.high());
    }

    private static void spread(ObjectNode json, String key, @Nullable Spread spread) {
        RowJson.number(json, key, spread == null ? null : (Double) spread.median());
        RowJson.number(json, key + "Min", spread == null ? null : (Double) spread.min());
        RowJson.number(json, key + "Max", spread == null ? null : (Double) spread.max());
    }
}
