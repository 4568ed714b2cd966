package dev.belay.aggregators.comparison;

import dev.belay.schemas.ExampleDraw;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Names;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PartitionCursor;
import java.util.HashSet;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Validates a single spec or checkpoint. Invalid ones are not added to the {@link Catalog} and go
 * to the dead letters.
 */
public final class CatalogCheck {
    private CatalogCheck() {}

    /** Why the spec with this key is invalid, or null. */
    public static @Nullable String reason(String key, ModelSpec spec) {
        try {
            ModelId id = ModelId.parse(key);
            if (!spec.getId().equals(key)
                    || !id.experiment().equals(spec.getExperiment())
                    || !id.model().equals(spec.getModel())
                    || id.seed() != spec.getSeed()
                    || id.run() != spec.getRun()) {
                return "the key is %s but the model's id %s, experiment %s, model %s, seed %d, run %d"
                        .formatted(
                                key,
                                spec.getId(),
                                spec.getExperiment(),
                                spec.getModel(),
                                spec.getSeed(),
                                spec.getRun());
            }
            Names.require("task", spec.getTask());
            var unused = TaskKind.of(spec);
            if (!spec.getSupervisor().equals(ModelId.TRUTH)) {
                ModelId.parse(spec.getSupervisor());
            }
            if (spec.getCeiling() != null) {
                ModelId.parse(spec.getCeiling());
            }
            if (spec.getComparedWith() != null) {
                ModelId.parse(spec.getComparedWith());
            }
            var unusedDraw = ExampleDraw.of(spec);
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
        if (key.equals(spec.getSupervisor()) || key.equals(spec.getCeiling())) {
            return "a model can be neither its own supervisor nor its own ceiling";
        }
        if (key.equals(spec.getComparedWith())) {
            return "a model can't be compared with itself";
        }
        List<String> classes = spec.getClasses();
        if (TaskKind.of(spec) == TaskKind.CHOICE) {
            if (!classes.isEmpty()) {
                return "expected no classes of a task of kind choice, found " + classes;
            }
        } else if (classes.size() < 2 || new HashSet<>(classes).size() < classes.size()) {
            return "expected two or more different classes, found " + classes;
        }
        if (spec.getPartitions() < 1) {
            return "expected 1 or more partitions, found " + spec.getPartitions();
        }
        return numbers(spec);
    }

    /** Why the checkpoint with this key is invalid, or null. */
    public static @Nullable String reason(String key, Checkpoint checkpoint) {
        if (!checkpoint.getModel().equals(key)) {
            return "the key is " + key + " but the checkpoint's model " + checkpoint.getModel();
        }
        try {
            ModelId.parse(key);
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
        LongStream numbers =
                LongStream.of(
                        checkpoint.getNumber(),
                        checkpoint.getExamplesSeen(),
                        checkpoint.getNextPartition(),
                        checkpoint.getEventTimeMs());
        LongStream cursor =
                checkpoint.getCursor().stream()
                        .flatMapToLong(
                                (PartitionCursor c) ->
                                        LongStream.of(c.getPartition(), c.getOffset()));
        LongStream supervisors = checkpoint.getSupervisorCheckpoints().stream().mapToLong(n -> n);
        if (LongStream.concat(numbers, LongStream.concat(cursor, supervisors))
                .anyMatch(n -> n < 0)) {
            return "a negative number, examples seen, partition, offset or time";
        }
        List<Long> named = checkpoint.getSupervisorCheckpoints();
        for (int i = 1; i < named.size(); i++) {
            if (named.get(i) <= named.get(i - 1)) {
                return "the supervisor's checkpoints do not ascend: " + named;
            }
        }
        return null;
    }

    private static @Nullable String numbers(ModelSpec spec) {
        LongStream whole =
                LongStream.of(
                        spec.getBudget(),
                        spec.getReadyAt(),
                        spec.getEvaluateEvery(),
                        spec.getMicroEpoch(),
                        spec.getMaxWaitMs(),
                        spec.getPasses(),
                        spec.getReplayMemory(),
                        spec.getBatchSize());
        if (whole.anyMatch(n -> n < 0)) {
            return "a negative budget, readyAt, evaluateEvery, microEpoch, maxWaitMs, passes,"
                    + " replayMemory or batchSize";
        }
        DoubleStream broken =
                DoubleStream.of(
                        spec.getDrawBelow(),
                        spec.getReplay(),
                        spec.getOptimizer().getLearningRate(),
                        spec.getOptimizer().getWeightDecay());
        // written so that NaN fails too
        return broken.allMatch(x -> x >= 0 && x < Double.POSITIVE_INFINITY)
                ? null
                : "a drawBelow, replay, learningRate or weightDecay that is negative or no number";
    }
}
