package dev.belay.benchmarks.aggregator;

import dev.belay.benchmarks.harness.Stage;
import dev.belay.benchmarks.harness.TableEncoder;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.PredictionBlocks;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.State;
import dev.belay.schemas.events.Truth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Generated sweeps of models over a holdout of two classes, and what has to be counted of them. In
 * each family a supervisor with one checkpoint, a ceiling and two students with many. All of it is
 * a function of names and numbers, so that nothing has to be kept.
 *
 * @param name of the data, and the prefix of its topics
 * @param examples of the holdout, all with truth
 * @param checkpoints of each student and ceiling, numbered from 1
 * @param families independent of one another, at least 1
 * @param layout of their blocks
 */
record Sweeps(String name, int examples, int checkpoints, int families, Layout layout) {
    static final String TASK = "bench";
    static final String SUPERVISOR = "weak";
    static final String CEILING = "top";
    static final List<String> STUDENTS = List.of("naive", "conf");

    private static final int CELLS = 16;
    private static final int STEPS = 512; // of a confidence: exact in float32, and sums to 1

    /** How predictions are divided into blocks, and which partition a block is written to. */
    enum Layout {
        /** As evaluators write: full blocks in the partition of their examples. */
        EVALUATOR(PredictionBlocks.MAX_ROWS),
        /**
         * As a client with another partitioner writes: one prediction a block, every second one in
         * another partition than its example's.
         */
        HALF_STRAY_SINGLES(1);

        private final int rows;

        Layout(int rows) {
            this.rows = rows;
        }

        /** Greatest number of rows of a block. */
        int rows() {
            return rows;
        }

        /** The partition that a sweep's n-th block of a partition is written to. */
        int partition(int own, int block) {
            boolean stray = this == HALF_STRAY_SINGLES && block % 2 == 1;
            return stray ? (own + 1) % Stage.PARTITIONS : own;
        }
    }

    /** Sweeps as evaluators write them. */
    Sweeps(String name, int examples, int checkpoints, int families) {
        this(name, examples, checkpoints, families, Layout.EVALUATOR);
    }

    Sweeps {
        if (examples < 1 || checkpoints < 1 || families < 1)
            throw new IllegalArgumentException(
                    "examples, checkpoints and families must be at least 1, got "
                            + examples
                            + ", "
                            + checkpoints
                            + " and "
                            + families);
    }

    /** One sweep: a model, of a family, at a checkpoint. */
    record Sweep(String model, int family, int checkpoint) {
        String id() {
            return Stage.model(model, family);
        }
    }

    /** A metrics row: student's id and checkpoint. */
    record Row(String student, long checkpoint) {}

    /** The sweeps of some checkpoints in the order of training: supervisors, then by checkpoint. */
    List<Sweep> sweeps(int fromCheckpoint, int toCheckpoint) {
        List<Sweep> sweeps = new ArrayList<>();
        for (int family = 0; family < families && fromCheckpoint == 1; family++)
            sweeps.add(new Sweep(SUPERVISOR, family, 1));
        for (int checkpoint = fromCheckpoint; checkpoint <= toCheckpoint; checkpoint++)
            for (int family = 0; family < families; family++) {
                sweeps.add(new Sweep(CEILING, family, checkpoint));
                for (String student : STUDENTS) sweeps.add(new Sweep(student, family, checkpoint));
            }
        return sweeps;
    }

    /** Predictions of the sweeps up to a checkpoint. */
    long predictions(int toCheckpoint) {
        return (1L + (1 + STUDENTS.size()) * (long) toCheckpoint) * families * examples;
    }

    /** Blocks a sweep is written in. */
    int blocks() {
        int[] rows = new int[Stage.PARTITIONS];
        for (int example = 0; example < examples; example++) rows[Stage.partition(id(example))]++;
        int blocks = 0;
        for (int some : rows) blocks += (some + layout.rows() - 1) / layout.rows();
        return blocks;
    }

    static String id(int example) {
        return "held-" + example;
    }

    static int label(int example) {
        return (int) (mix(example) & 1);
    }

    /** Probability of class 0; that of class 1 is the rest. */
    static float first(Sweep sweep, int example) {
        int skill =
                switch (sweep.model()) {
                    case SUPERVISOR -> 70;
                    case CEILING -> 90;
                    default -> 80;
                };
        long draw =
                mix(
                        mix(sweep.model().hashCode() * 31L + sweep.family())
                                + sweep.checkpoint() * 0x1_0000_0000L
                                + example);
        boolean right = Long.remainderUnsigned(draw, 100) < skill;
        float confidence = 0.5f + (1 + (draw >>> 40) % (STEPS - 1)) / (2f * STEPS);
        int says = right ? label(example) : 1 - label(example);
        return says == 0 ? confidence : 1 - confidence;
    }

    private static int says(Sweep sweep, int example) {
        float first = first(sweep, example);
        return first >= 1 - first ? 0 : 1;
    }

    /** The cells of all rows up to a checkpoint, counted one example after the other. */
    Map<Row, List<Long>> recount(int toCheckpoint) {
        Map<Row, List<Long>> rows = new HashMap<>();
        for (int family = 0; family < families; family++)
            for (int checkpoint = 1; checkpoint <= toCheckpoint; checkpoint++)
                for (String student : STUDENTS)
                    rows.put(
                            new Row(Stage.model(student, family), checkpoint),
                            cells(student, family, checkpoint));
        return rows;
    }

    private List<Long> cells(String student, int family, int checkpoint) {
        Sweep w = new Sweep(SUPERVISOR, family, 1);
        Sweep s = new Sweep(student, family, checkpoint);
        Sweep c = new Sweep(CEILING, family, checkpoint);
        long[] cells = new long[CELLS];
        for (int example = 0; example < examples; example++) {
            int truth = label(example);
            int supervisor = says(w, example);
            int said = says(s, example);
            int cell = supervisor == truth ? 8 : 0;
            cell += said == truth ? 4 : 0;
            cell += says(c, example) == truth ? 2 : 0;
            cell += said == supervisor ? 1 : 0;
            cells[cell]++;
        }
        List<Long> list = new ArrayList<>();
        for (long cell : cells) list.add(cell);
        return list;
    }

    List<Truth> truths() {
        List<Truth> truths = new ArrayList<>();
        for (int example = 0; example < examples; example++)
            truths.add(EventFactory.truth(id(example), label(example), Stage.TIME_MS));
        return truths;
    }

    List<ModelSpec> specs() {
        List<ModelSpec> specs = new ArrayList<>();
        for (int family = 0; family < families; family++) {
            specs.add(Stage.spec(SUPERVISOR, family, TASK, TableEncoder.NAME).build());
            specs.add(Stage.spec(CEILING, family, TASK, TableEncoder.NAME).build());
            for (String student : STUDENTS)
                specs.add(
                        Stage.spec(student, family, TASK, TableEncoder.NAME)
                                .setSupervisor(Stage.model(SUPERVISOR, family))
                                .setCeiling(Stage.model(CEILING, family))
                                .build());
        }
        return specs;
    }

    List<Checkpoint> written() {
        List<Checkpoint> written = new ArrayList<>();
        for (Sweep sweep : sweeps(1, checkpoints)) {
            boolean last = sweep.model().equals(SUPERVISOR) || sweep.checkpoint() == checkpoints;
            written.add(
                    Checkpoint.newBuilder()
                            .setModel(sweep.id())
                            .setNumber(sweep.checkpoint())
                            .setState(last ? State.FINISHED : State.LEARNING)
                            .setWeightsUri("file:w")
                            .setWeightsSha256("")
                            .setStateUri("file:s")
                            .setStateSha256("")
                            .setExamplesSeen(256L * sweep.checkpoint())
                            .setCursor(List.of())
                            .setNextPartition(0)
                            .setSupervisorCheckpoints(List.of())
                            .setLoss(0.5)
                            .setSpecHash(sweep.model())
                            .setSoftwareVersion("bench")
                            .setEventTimeMs(Stage.TIME_MS)
                            .build());
        }
        return written;
    }

    /** Steele, Lea and Flood's SplitMix64 (OOPSLA 2014). */
    private static long mix(long z) {
        long x = z + 0x9E3779B97F4A7C15L;
        x = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
        x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
        return x ^ (x >>> 31);
    }
}
