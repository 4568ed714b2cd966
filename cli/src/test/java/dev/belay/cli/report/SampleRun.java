package dev.belay.cli.report;

import dev.belay.cli.report.results.RunResults;
import dev.belay.cli.report.results.TaskCounts;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Estimate;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A run as quickstart makes it, simulated: supervisor bow, students naive, conf and bge-conf, and
 * their ceilings. Counts are drawn with fixed seeds; all estimates follow from the counts.
 */
public final class SampleRun {
    public static final int MICRO_EPOCH = 256;
    private static final long DAY_MS = 1_795_392_000_000L; // 2026-11-23T00:00Z
    private static final int HOLDOUT = 2000;
    private static final Map<String, Long> PARAMETERS =
            Map.of(
                    "hashing", 32_770L,
                    "mlp", 1_049_090L,
                    "transformer", 1_380_354L,
                    "minilm", 22_566_146L,
                    "e5", 33_212_930L,
                    "bge", 33_212_930L);
    private static final double Z = 1.959964;

    private SampleRun() {}

    /** A run of {@code checkpoints} micro-epochs, finished. */
    public static RunResults finished(int seeds, int checkpoints) {
        RunResults results = new RunResults("wordnet", "wordnet-physical");
        results.counts()
                .examples(new TaskCounts.Examples(5000, checkpoints * (long) MICRO_EPOCH, HOLDOUT));
        add(results, seeds, "bow", "hashing", null, 1);
        for (String student : List.of("naive", "conf", "bge-conf")) {
            boolean bge = student.startsWith("bge");
            add(results, seeds, student, bge ? "bge" : "minilm", "bow", checkpoints);
        }
        add(results, seeds, "ceiling", "minilm", null, checkpoints);
        add(results, seeds, "bge-ceiling", "bge", null, checkpoints);
        SampleFigures further = new SampleFigures();
        for (int seed = 0; seed < seeds; seed++) {
            for (int k = 1; k <= checkpoints; k++) {
                double learned = 1 - Math.exp(-k / (checkpoints * 0.22));
                double weak = 0.742 + 0.013 * seed;
                double minilm = 0.62 + 0.287 * learned;
                double bge = 0.63 + 0.315 * learned;
                for (PairMetrics row :
                        List.of(
                                row("naive", seed, k, checkpoints, weak, .3 + .1 * learned, minilm),
                                row("conf", seed, k, checkpoints, weak, .2 + .42 * learned, minilm),
                                row(
                                        "bge-conf",
                                        seed,
                                        k,
                                        checkpoints,
                                        weak,
                                        .2 + .62 * learned,
                                        bge))) {
                    results.add(further.on(row));
                    results.add(SampleFigures.stream(further.on(row)));
                }
            }
        }
        return results;
    }

    /**
     * Students of which one ends below its supervisor: right on 62 %, it on 70 %, its ceiling on 85
     * %.
     */
    static RunResults losing() {
        RunResults results = new RunResults("wordnet", "wordnet-physical");
        results.counts().examples(new TaskCounts.Examples(1000, 5 * MICRO_EPOCH, HOLDOUT));
        add(results, 1, "bow", "hashing", null, 1);
        List.of("worse", "better").forEach(name -> add(results, 1, name, "minilm", "bow", 5));
        add(results, 1, "ceiling", "minilm", null, 5);
        for (int k = 1; k <= 5; k++) {
            // bits: supervisor 8, student 4, ceiling 2 right; 1: student and supervisor alike
            long[] worse = new long[16];
            worse[15] = 1100;
            worse[10] = 300;
            worse[6] = 140;
            worse[3] = 160;
            worse[1] = 300;
            long[] better = worse.clone();
            better[15] = 1300;
            better[10] = 100;
            results.add(of("worse", 0, k, k == 5, id("ceiling", 0), k, worse));
            results.add(of("better", 0, k, k == 5, id("ceiling", 0), k, better));
        }
        return results;
    }

    /** A finished run of a task of kind choice, whose rows have nothing by class. */
    public static RunResults choice() {
        RunResults results = finished(1, 2);
        results.specs()
                .forEach(
                        spec ->
                                results.add(
                                        ModelSpec.newBuilder(spec)
                                                .setTaskKind("choice")
                                                .setClasses(List.of())
                                                .build()));
        for (PairMetrics row : List.copyOf(results.rows())) {
            results.add(
                    PairMetrics.newBuilder(row)
                            .setCohensKappa(null)
                            .setCohensKappaInterval(null)
                            .setByClass(List.of())
                            .setConfusion(List.of())
                            .build());
        }
        return results;
    }

    /**
     * A run that gives a page a hard time: unfinished, failed, without ceiling or gap, long names.
     */
    public static RunResults troubled() {
        RunResults results = new RunResults("a-name-that-is-longer-than-anyone-would-want", "t");
        results.counts().examples(new TaskCounts.Examples(1000, 123_456, HOLDOUT));
        int seeds = 2;
        add(results, seeds, "bow", "hashing", null, 1);
        List<String> students = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            students.add(i == 0 ? "alone" : i == 1 ? "a-student-with-a-long-name" : "conf-" + i);
        }
        students.forEach(student -> add(results, seeds, student, "minilm", "bow", 12));
        add(results, seeds, "ceiling", "minilm", null, 12);
        for (int seed = 0; seed < seeds; seed++) {
            for (String student : students) {
                int at = students.indexOf(student);
                for (int k = 1; k <= 9; k++) {
                    double strong = at == 2 ? .71 : .7 + .02 * k;
                    results.add(row(student, seed, k, 12, .7, .1 * at, strong));
                }
            }
        }
        results.add(checkpoint(id("conf-6", 1), 12, State.FAILED, "the loss became NaN"));
        return results;
    }

    public static String id(String model, int seed) {
        return "wordnet/" + model + "#" + seed + "@0";
    }

    static PairMetrics row(
            String student, int seed, long k, long last, double weak, double pull, double strong) {
        boolean none = student.equals("alone");
        String ceiling =
                none ? null : id(student.startsWith("bge") ? "bge-ceiling" : "ceiling", seed);
        return of(
                student,
                seed,
                k,
                k == last,
                ceiling,
                k,
                cells(student, seed, k, weak, pull, strong));
    }

    public static long[] cells(
            String student, int seed, long k, double weak, double pull, double strong) {
        Random random = new Random(31 * (student.hashCode() + 1000L * seed) + k / 4);
        long[] cells = new long[16];
        for (int i = 0; i < HOLDOUT; i++) {
            boolean w = random.nextDouble() < weak;
            boolean c = random.nextDouble() < strong + (w ? 0.02 : -0.05);
            boolean follows = random.nextDouble() > pull;
            boolean s = follows ? w : c;
            cells[(w ? 8 : 0) + (s ? 4 : 0) + (c ? 2 : 0) + (w == s ? 1 : 0)]++;
        }
        return cells;
    }

    /** The row that follows from counts (two classes: both wrong means that they agree). */
    public static PairMetrics of(
            String student,
            int seed,
            long k,
            boolean last,
            @Nullable String ceiling,
            long ceilingCheckpoint,
            long[] cells) {
        long n = Arrays.stream(cells).sum();
        double s = sum(cells, i -> bit(i, 4)) / n;
        double w = sum(cells, i -> bit(i, 8)) / n;
        double c = sum(cells, i -> bit(i, 2)) / n;
        Estimate gain = difference(cells, n, i -> bit(i, 4) - bit(i, 8));
        Estimate gap = ceiling == null ? null : difference(cells, n, i -> bit(i, 2) - bit(i, 8));
        String undefined =
                gap == null
                        ? "no-ceiling"
                        : gap.getHigh() < 0
                                ? "ceiling-below-supervisor"
                                : gap.getLow() <= 0 ? "gap-not-resolved" : null;
        long right = (long) sum(cells, i -> bit(i, 8));
        Estimate pgr = gap == null || undefined != null ? null : ratio(gain, gap);
        return PairMetrics.newBuilder()
                .setExperiment("wordnet")
                .setTask("wordnet-physical")
                .setSupervisor(id("bow", seed))
                .setStudent(id(student, seed))
                .setCeiling(ceiling)
                .setSeed(seed)
                .setPhase(Phase.HOLDOUT)
                .setCheckpoint(k)
                .setExamplesSeen(k * MICRO_EPOCH)
                .setSupervisorCheckpoint(1)
                .setCeilingCheckpoint(ceiling == null ? null : (Long) ceilingCheckpoint)
                .setProvisional(ceiling != null && !last)
                .setCells(Arrays.stream(cells).boxed().toList())
                .setN(n)
                .setWithoutTruth(0)
                .setSupervisorAccuracy(rate(w, n))
                .setStudentAccuracy(rate(s, n))
                .setCeilingAccuracy(ceiling == null ? null : rate(c, n))
                .setGain(gain)
                .setGap(gap)
                .setPgr(pgr)
                .setPgrUndefined(undefined)
                .setAgreement(rate(sum(cells, i -> bit(i, 1)) / n, n))
                .setAgreementWhenSupervisorRight(
                        rate(sum(cells, i -> bit(i, 8) * bit(i, 1)) / right, right))
                .setAgreementWhenSupervisorWrong(
                        rate(sum(cells, i -> (1 - bit(i, 8)) * bit(i, 1)) / (n - right), n - right))
                .setEventTimeMs(DAY_MS + k * 1000)
                .build();
    }

    public static Checkpoint checkpoint(
            String id, long number, State state, @Nullable String reason) {
        return Checkpoint.newBuilder()
                .setModel(id)
                .setNumber(number)
                .setState(state)
                .setReason(reason)
                .setWeightsUri("file:weights")
                .setWeightsSha256("00")
                .setStateUri("file:state")
                .setStateSha256("00")
                .setExamplesSeen(number * MICRO_EPOCH)
                .setCursor(List.of())
                .setNextPartition(0)
                .setSupervisorCheckpoints(new ArrayList<>())
                .setLoss(0.5)
                .setGradientNorm(1.0)
                .setSpecHash("hash")
                .setSoftwareVersion("0.1.0")
                .setEventTimeMs(DAY_MS + number * 1000)
                .build();
    }

    public static ModelSpec spec(
            String model, int seed, String encoder, @Nullable String supervisor, long budget) {
        boolean conf = model.contains("conf");
        String ceiling = encoder.equals("minilm") ? "ceiling" : encoder + "-ceiling";
        return ModelSpec.newBuilder()
                .setId(id(model, seed))
                .setExperiment("wordnet")
                .setModel(model)
                .setSeed((long) seed)
                .setRun(0)
                .setSpecHash("hash")
                .setTask("wordnet-physical")
                .setClasses(List.of("abstract", "physical"))
                .setPartitions(4)
                .setEncoderName(encoder)
                .setHead(new Head(HeadKind.LINEAR, 0))
                .setSupervisor(supervisor == null ? "truth" : id(supervisor, seed))
                .setCeiling(supervisor == null ? null : id(ceiling, seed))
                .setSplit(
                        supervisor == null && encoder.equals("hashing")
                                ? Split.SUPERVISOR
                                : Split.STUDENT)
                .setBudget(budget)
                .setMicroEpoch(MICRO_EPOCH)
                .setOptimizer(
                        Optimizer.newBuilder()
                                .setKind(OptimizerKind.ADAMW)
                                .setLearningRate(1e-3)
                                .build())
                .setLoss(
                        new Loss(
                                conf ? LossKind.CONFIDENCE : LossKind.CROSS_ENTROPY,
                                false,
                                conf ? 0.5 : 0.0,
                                0.2,
                                1000L))
                .setParameters(PARAMETERS.get(encoder))
                .build();
    }

    static void add(
            RunResults results,
            int seeds,
            String model,
            String encoder,
            @Nullable String supervisor,
            int checkpoints) {
        for (int seed = 0; seed < seeds; seed++) {
            results.add(spec(model, seed, encoder, supervisor, checkpoints * (long) MICRO_EPOCH));
            for (int k = 1; k <= checkpoints; k++) {
                State state = k == checkpoints ? State.FINISHED : State.LEARNING;
                results.add(checkpoint(id(model, seed), k, state, null));
            }
        }
    }

    private static double bit(int cell, int mask) {
        return (cell & mask) == 0 ? 0 : 1;
    }

    private static double sum(long[] cells, ToDoubleFunction<Integer> value) {
        double sum = 0;
        for (int i = 0; i < cells.length; i++) {
            sum += cells[i] * value.applyAsDouble(i);
        }
        return sum;
    }

    private static Estimate rate(double p, long n) {
        double half = Z * Math.sqrt(p * (1 - p) / n);
        return new Estimate(p, Math.max(0, p - half), Math.min(1, p + half), n);
    }

    private static Estimate difference(long[] cells, long n, ToDoubleFunction<Integer> value) {
        double mean = sum(cells, value) / n;
        double square = sum(cells, i -> value.applyAsDouble(i) * value.applyAsDouble(i)) / n;
        double half = Z * Math.sqrt((square - mean * mean) / n);
        return new Estimate(mean, mean - half, mean + half, n);
    }

    /** Not Fieller's: wide enough to look like it in a picture. */
    private static Estimate ratio(Estimate gain, Estimate gap) {
        return new Estimate(
                gain.getValue() / gap.getValue(),
                gain.getLow() / gap.getValue(),
                gain.getHigh() / gap.getValue(),
                gain.getN());
    }
}
