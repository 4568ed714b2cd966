package dev.belay.benchmarks.aggregator;

import dev.belay.benchmarks.aggregator.AggregatorBed.Took;
import dev.belay.benchmarks.aggregator.BareReading.Decoder;
import dev.belay.benchmarks.harness.Findings;
import dev.belay.benchmarks.harness.Rounds;
import dev.belay.runtime.clients.Clients;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * {@code bench aggregator}: throughput beside a bare consumer and beside the plain DSL, latency of
 * a row, recovery after {@code kill -9}, and how the cost of a prediction grows. All counts are
 * compared with a recount; a difference fails the bench.
 */
public final class AggregatorBench {
    private static final double LOAD = 0.1; // of what it can do, when latency is measured

    private static final int WARM_UP_RUNS = 4;

    /**
     * How much is done.
     *
     * @param rounds of the comparison, at least 1
     * @param examples of the holdout, at least 10
     * @param checkpoints of two students and a ceiling: 3 · checkpoints + 1 sweeps
     * @param dslPredictions about how many the DSL's side counts
     * @param singles about how many predictions are counted in blocks of one
     * @param latencySeconds for about how long latency is measured
     */
    public record Sizes(
            int rounds,
            int examples,
            int checkpoints,
            int dslPredictions,
            int singles,
            int latencySeconds) {
        public static final Sizes USUAL = new Sizes(5, 16_000, 832, 100_000, 1_000_000, 20);
        public static final Sizes QUICK = new Sizes(1, 2_000, 20, 7_000, 20_000, 3);

        public Sizes {
            if (rounds < 1
                    || examples < 10
                    || checkpoints < 10
                    || dslPredictions < 1
                    || singles < 1
                    || latencySeconds < 1)
                throw new IllegalArgumentException(
                        "rounds, dslPredictions, singles and latencySeconds must be at least 1, examples"
                                + " and checkpoints at least 10, got "
                                + rounds
                                + ", "
                                + dslPredictions
                                + ", "
                                + singles
                                + ", "
                                + latencySeconds
                                + ", "
                                + examples
                                + " and "
                                + checkpoints);
        }
    }

    private final Clients clients;
    private final AggregatorBed bed;
    private final Sizes sizes;
    private final Part part;
    private final Consumer<String> progress;
    private final Findings findings = new Findings("aggregator");

    /** How much of the bench is run. */
    public enum Part {
        ALL,
        /** All, but one kill instead of three. */
        QUICK,
        /** Beside a bare consumer only: while its speed is worked on. */
        BARE
    }

    /**
     * @param clients of a broker that nobody else uses
     * @param progress gets a line for people at each part
     */
    public AggregatorBench(Clients clients, Sizes sizes, Part part, Consumer<String> progress) {
        this.clients = clients;
        this.bed = new AggregatorBed(clients);
        this.sizes = sizes;
        this.part = part;
        this.progress = progress;
    }

    public Findings run() {
        int counted = sizes.checkpoints();
        Sweeps all = new Sweeps("all", sizes.examples(), counted + Recovery.KILLS, 1);
        long predictions = all.predictions(counted);
        progress.accept("writing %,d predictions".formatted(predictions));
        SweepWriter writer = new SweepWriter(bed.of(all), all);
        writer.write(1, counted);
        try (Recovery recovery = new Recovery(bed, all, writer)) {
            List<Took> took = new ArrayList<>();
            if (part == Part.BARE) {
                bare(all, counted, took);
                return findings;
            }
            double speed = speed(all, counted, took);
            growth(counted);
            latency(LOAD * speed);
            recovery(recovery, predictions);
        }
        return findings;
    }

    private double speed(Sweeps all, int counted, List<Took> took) {
        long predictions = all.predictions(counted);
        Sweeps some = new Sweeps("some", Math.min(all.examples(), 8_000), dslCheckpoints(all), 1);
        DslSide dsl = new DslSide(clients, some);
        dsl.write();
        progress.accept("aggregator beside a bare consumer, and beside the DSL");
        warmUp(all, counted);
        dsl.seconds(sizes.rounds());
        Rounds.Side bare = bareSide(all, counted);
        var columns =
                new Rounds.Side(
                        "columns", round -> predictions / reading(all, counted, Decoder.COLUMNS));
        Rounds.Side belay = belaySide(all, counted, took);
        var streams =
                new Rounds.Side(
                        "DSL", round -> some.predictions(some.checkpoints()) / dsl.seconds(round));
        Sweeps singles = singles();
        var client =
                new Rounds.Side(
                        "singles", round -> bed.count(singles, singles.checkpoints()).perSecond());
        List<List<Double>> speeds =
                Rounds.run(
                        sizes.rounds(), List.of(bare, belay, streams, columns, client), progress);
        Rounds toBare = Rounds.of(speeds.get(1), speeds.get(0));
        Rounds toDsl = Rounds.of(speeds.get(1), speeds.get(2));
        toBare(toBare);
        Rounds toColumns = Rounds.of(speeds.get(1), speeds.get(3));
        findings.compared(
                "aggregatorPredictionsPerSecond",
                toColumns.first(),
                "columnsPredictionsPerSecond",
                toColumns.second(),
                "  (beside: the same with Belay's decoder)",
                "toColumns",
                toColumns.ratio());
        findings.compared(
                "aggregatorPredictionsPerSecond",
                toDsl.first(),
                "dslPredictionsPerSecond",
                toDsl.second(),
                "aggregator, predictions/s (beside: the DSL)",
                "toDsl",
                toDsl.ratio());
        Rounds singlesToDsl = Rounds.of(speeds.get(4), speeds.get(2));
        findings.compared(
                "singlesPredictionsPerSecond",
                singlesToDsl.first(),
                "dslPredictionsPerSecond",
                singlesToDsl.second(),
                "blocks of one, half in another partition (beside: the DSL)",
                "singlesToDsl",
                singlesToDsl.ratio());
        findings.figure(
                "startSeconds",
                "  from nothing to the first block read, s",
                Rounds.median(took.stream().map(Took::startSeconds).toList()));
        return toBare.first();
    }

    /** A million predictions as another client writes them, counted once so that it is warm. */
    private Sweeps singles() {
        int examples = Math.min(sizes.examples(), 8_000);
        int checkpoints = Math.max(1, sizes.singles() / (3 * examples));
        var singles =
                new Sweeps("singles", examples, checkpoints, 1, Sweeps.Layout.HALF_STRAY_SINGLES);
        progress.accept(
                "%,d predictions in blocks of one, half of them in another partition"
                        .formatted(singles.predictions(checkpoints)));
        written(singles);
        bed.count(singles, checkpoints);
        return singles;
    }

    private void bare(Sweeps all, int counted, List<Took> took) {
        progress.accept("aggregator beside a bare consumer");
        warmUp(all, counted);
        List<List<Double>> speeds =
                Rounds.run(
                        sizes.rounds(),
                        List.of(bareSide(all, counted), belaySide(all, counted, took)),
                        progress);
        toBare(Rounds.of(speeds.get(1), speeds.get(0)));
        findings.figure(
                "nsPerPrediction",
                "  processor time of the thread that counts, ns a prediction",
                Rounds.median(took.stream().map(Took::nsPerPrediction).toList()));
    }

    /**
     * Runs both a few times before: in the first four runs of some seconds the compiler uses as
     * much of the processor as what is measured.
     */
    private void warmUp(Sweeps all, int counted) {
        int runs = part == Part.QUICK ? 1 : WARM_UP_RUNS;
        for (int run = 0; run < runs; run++) {
            reading(all, counted, Decoder.AVRO);
            bed.count(all, counted);
        }
    }

    private Rounds.Side bareSide(Sweeps all, int counted) {
        return new Rounds.Side(
                "bare", round -> all.predictions(counted) / reading(all, counted, Decoder.AVRO));
    }

    private double reading(Sweeps all, int counted, Decoder decoder) {
        return BareReading.seconds(bed.of(all), all, counted, decoder);
    }

    private Rounds.Side belaySide(Sweeps all, int counted, List<Took> took) {
        return new Rounds.Side(
                "aggregator",
                round -> {
                    Took one = bed.count(all, counted);
                    took.add(one);
                    progress.accept(one.threads());
                    return one.perSecond();
                });
    }

    private void toBare(Rounds toBare) {
        findings.compared(
                "aggregatorPredictionsPerSecond",
                toBare.first(),
                "barePredictionsPerSecond",
                toBare.second(),
                "aggregator, predictions/s",
                "toBare",
                toBare.ratio());
    }

    private int dslCheckpoints(Sweeps all) {
        int sweeps = sizes.dslPredictions() / Math.min(all.examples(), 8_000);
        return Math.max(1, (sweeps - 1) / (1 + Sweeps.STUDENTS.size()));
    }

    /**
     * The cost of a prediction with ten times as many checkpoints, models, examples. The small size
     * is large enough that what is done once is a small part of it.
     */
    private void growth(int counted) {
        progress.accept("cost of a prediction, and at ten times the size");
        int few = Math.max(3, counted / 16);
        int examples = sizes.examples();
        Sweeps base = written(new Sweeps("base", examples, few, 1));
        List<Double> small = new ArrayList<>();
        for (int round = 0; round < sizes.rounds(); round++) small.add(cost(base));
        double once = Rounds.median(small);
        grown("Checkpoints", once, new Sweeps("checkpoints", examples, 10 * few, 1));
        grown("Models", once, new Sweeps("models", examples, few, 10));
        grown("Examples", once, new Sweeps("examples", 10 * examples, few, 1));
    }

    private double cost(Sweeps sweeps) {
        return bed.count(sweeps, sweeps.checkpoints()).nsPerPrediction();
    }

    private Sweeps written(Sweeps sweeps) {
        try (SweepWriter writer = new SweepWriter(bed.of(sweeps), sweeps)) {
            writer.write(1, sweeps.checkpoints());
        }
        return sweeps;
    }

    private void grown(String key, double once, Sweeps larger) {
        double tenTimes = cost(written(larger));
        progress.accept(
                String.format(
                        Locale.ROOT,
                        "  10 times the %s: %.1f and %.1f ns a prediction",
                        larger.name(),
                        once,
                        tenTimes));
        findings.compared(
                "nsPerPrediction10x" + key,
                tenTimes,
                "nsPerPrediction",
                once,
                "10 times the " + larger.name() + ", ns a prediction (beside: once)",
                "cost10x" + key,
                tenTimes / once);
    }

    private void latency(double perSecond) {
        int examples = Math.max(10, Math.min(8_192, sizes.examples() / 2));
        double sweeps = sizes.latencySeconds() * perSecond / examples;
        int checkpoints = (int) Math.max(10, Math.min(1_000, sweeps / 3));
        Sweeps paced = new Sweeps("paced", examples, checkpoints, 1);
        progress.accept(
                "latency of %,d rows at %,.0f predictions/s"
                        .formatted(Sweeps.STUDENTS.size() * checkpoints, perSecond));
        var latency = new MetricsLatency(bed, paced).run(perSecond);
        findings.figure(
                "latencyPredictionsPerSecond",
                "load when latency was measured, predictions/s",
                latency.predictionsPerSecond());
        findings.figure("latencyP50Ms", "  block's commit to its row, p50, ms", latency.p50Ms());
        findings.figure("latencyP99Ms", "  block's commit to its row, p99, ms", latency.p99Ms());
    }

    private void recovery(Recovery recovery, long predictions) {
        progress.accept("kill -9 with %,d predictions".formatted(predictions));
        if (part == Part.QUICK) {
            findings.figure(
                    "restoreKeptSeconds", "counts again, local state kept, s", recovery.kept());
            return;
        }
        Recovery.Restored restored = recovery.restore();
        findings.figure("restoreKeptSeconds", "counts again, local state kept, s", restored.kept());
        findings.figure(
                "restoreWipedSeconds", "counts again, local state lost, s", restored.wiped());
        findings.figure("takeOverSeconds", "a standby has taken over, s", recovery.takeOver());
    }
}
