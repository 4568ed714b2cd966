package dev.belay.it.aggregators;

import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Head;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.LabelPolicy;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.schemas.events.OptimizerKind;
import dev.belay.schemas.events.Split;
import dev.belay.schemas.events.State;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The models of the tests' task and who learns from whom. {@code weak} has one checkpoint, all
 * others {@link #CHECKPOINTS}; a student's k-th has seen as many examples as the ceiling's k-th.
 * {@code boot} learns from whatever {@code naive} labels last.
 */
final class Pairs {
    static final String TASK = "t";
    static final int PARTITIONS = 4;
    static final int CLASSES = 3;
    static final int CHECKPOINTS = 6;
    static final String WEAK = id("weak");
    static final String TOP = id("top");
    static final String NAIVE = id("naive");
    static final String CONF = id("conf");
    static final String BOOT = id("boot");
    static final String FREE = id("free");
    static final String LATE = id("late");

    /**
     * A student and the others it is compared with.
     *
     * @param ceiling null: none
     */
    record Pair(String student, String supervisor, @Nullable String ceiling) {
        /** The supervisor's checkpoint that the student's k-th is compared with. */
        long supervisorCheckpoint(long k) {
            return supervisor.equals(WEAK) ? 1 : k;
        }
    }

    static final List<Pair> ALL =
            List.of(
                    new Pair(NAIVE, WEAK, TOP),
                    new Pair(CONF, WEAK, TOP),
                    new Pair(BOOT, NAIVE, TOP),
                    new Pair(FREE, WEAK, null),
                    new Pair(LATE, WEAK, TOP));

    private Pairs() {}

    static String id(String model) {
        return "x/" + model + "#0@0";
    }

    static long checkpoints(String model) {
        return model.equals(WEAK) ? 1 : CHECKPOINTS;
    }

    /** By model id. */
    static Map<String, ModelSpec> specs() {
        Map<String, ModelSpec> specs = new TreeMap<>();
        specs.put(WEAK, spec(WEAK, "truth", null));
        specs.put(TOP, spec(TOP, "truth", null));
        ALL.forEach(p -> specs.put(p.student(), spec(p.student(), p.supervisor(), p.ceiling())));
        return specs;
    }

    static ModelSpec spec(String id, String supervisor, @Nullable String ceiling) {
        return ModelSpec.newBuilder()
                .setId(id)
                .setExperiment("x")
                .setModel(id.substring(2, id.indexOf('#')))
                .setSeed(0L)
                .setRun(0)
                .setSpecHash("hash")
                .setTask(TASK)
                .setClasses(List.of("a", "b", "c"))
                .setPartitions(PARTITIONS)
                .setEncoderName("minilm")
                .setHead(new Head(HeadKind.LINEAR, 0))
                .setSupervisor(supervisor)
                .setCeiling(ceiling)
                .setSplit(Split.STUDENT)
                .setBudget(256L * CHECKPOINTS)
                .setLabelPolicy(id.equals(NAIVE) ? LabelPolicy.LATEST : LabelPolicy.FIRST_READY)
                .setOptimizer(
                        Optimizer.newBuilder()
                                .setKind(OptimizerKind.ADAMW)
                                .setLearningRate(1e-3)
                                .build())
                .setLoss(new Loss(LossKind.CROSS_ENTROPY, false, 0.5, 0.2, 1000L))
                .build();
    }

    static Checkpoint checkpoint(String model, long number) {
        boolean last = number == checkpoints(model);
        return Checkpoint.newBuilder()
                .setModel(model)
                .setNumber(number)
                .setState(
                        last ? State.FINISHED : model.equals(NAIVE) ? State.READY : State.LEARNING)
                .setReason(null)
                .setWeightsUri("file:w")
                .setWeightsSha256("00")
                .setStateUri("file:s")
                .setStateSha256("00")
                .setExamplesSeen(256 * number)
                .setCursor(List.of())
                .setNextPartition(0)
                .setSupervisorCheckpoints(
                        model.equals(BOOT)
                                ? LongStream.rangeClosed(1, number).boxed().toList()
                                : List.of())
                .setLoss(0.5)
                .setGradientNorm(0.0)
                .setSpecHash("hash")
                .setSoftwareVersion("test")
                .setEventTimeMs(1_000L)
                .build();
    }
}
