package dev.belay.trainers.learning;

import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.checkpoint.Tensor;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.trainers.labels.LabelledExample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * State that a learner needs to resume, besides its weights and the optimizer's moments. Parts that
 * a spec's methods do not use are not written: without example weights and method states the file
 * has the format of release 0.1.
 *
 * @param microEpochs so far
 * @param replay memory, in its order
 * @param learned examples ever put into the memory: those consumed with a weight above 0
 * @param window the last examples learned from, oldest first
 * @param selector state of the example selector
 * @param stopping state of the stopping rule
 */
record TrainingState(
        long microEpochs,
        List<WeightedExample> replay,
        long learned,
        List<WeightedExample> window,
        double[] selector,
        double[] stopping) {
    private static final String FORMAT = "belay-1";
    private static final String MICRO_EPOCHS = "microEpochs";
    private static final String REPLAY = "replay";
    private static final String WEIGHTS = ".weights";
    private static final String LEARNED = "learned";
    private static final String WINDOW = "window";
    private static final String SELECTOR = "selector.state";
    private static final String STOPPING = "stopping.state";

    /** State of a model without checkpoint. */
    static final TrainingState FRESH =
            new TrainingState(0, List.of(), 0, List.of(), new double[0], new double[0]);

    /**
     * @param classes of the task; 0: choice
     * @param examplesSeen as in the checkpoint event
     * @throws MalformedCheckpointException if tensors are missing or don't fit each other
     */
    static TrainingState read(SafeTensors file, int classes, long examplesSeen) {
        return new TrainingState(
                file.tensor(MICRO_EPOCHS).withShape(1).longs()[0],
                examples(REPLAY, file, classes),
                has(file, LEARNED) ? file.tensor(LEARNED).withShape(1).longs()[0] : examplesSeen,
                examples(WINDOW, file, classes),
                has(file, SELECTOR) ? file.tensor(SELECTOR).doubles() : new double[0],
                has(file, STOPPING) ? file.tensor(STOPPING).doubles() : new double[0]);
    }

    List<Tensor> write(int classes, long examplesSeen) {
        var tensors = new ArrayList<Tensor>();
        tensors.add(Tensor.ofLongs(MICRO_EPOCHS, microEpochs));
        tensors.addAll(tensors(REPLAY, replay, classes));
        tensors.addAll(tensors(WINDOW, window, classes));
        if (learned != examplesSeen) tensors.add(Tensor.ofLongs(LEARNED, learned));
        if (selector.length > 0) tensors.add(Tensor.ofDoubles(SELECTOR, selector));
        if (stopping.length > 0) tensors.add(Tensor.ofDoubles(STOPPING, stopping));
        return tensors;
    }

    /** Metadata of both files; the same for the same checkpoint, whenever and wherever written. */
    static Map<String, String> provenance(ModelSpec spec, long examplesSeen) {
        return Map.of(
                "format", FORMAT,
                "model", spec.getId(),
                "specHash", spec.getSpecHash(),
                "encoder", spec.getEncoderName(),
                "examplesSeen", String.valueOf(examplesSeen));
    }

    /**
     * @throws MalformedCheckpointException if a file belongs to another model, spec or checkpoint
     */
    static void requireProvenance(SafeTensors file, ModelSpec spec, long examplesSeen) {
        provenance(spec, examplesSeen)
                .forEach(
                        (key, expected) -> {
                            if (!file.meta(key).equals(expected))
                                throw new MalformedCheckpointException(
                                        "a checkpoint with "
                                                + key
                                                + " "
                                                + file.meta(key)
                                                + ", expected "
                                                + expected);
                        });
    }

    private static List<WeightedExample> examples(String name, SafeTensors file, int classes) {
        List<LabelledExample> examples = LabelledExampleCodec.read(name, file, classes);
        float[] weights = new float[examples.size()];
        Arrays.fill(weights, 1);
        if (has(file, name + WEIGHTS))
            weights = file.tensor(name + WEIGHTS).withShape(weights.length).finiteFloats();
        var weighted = new ArrayList<WeightedExample>(weights.length);
        for (int i = 0; i < weights.length; i++)
            weighted.add(new WeightedExample(examples.get(i), weights[i]));
        return weighted;
    }

    private static List<Tensor> tensors(String name, List<WeightedExample> examples, int classes) {
        var tensors =
                new ArrayList<>(
                        LabelledExampleCodec.write(
                                name,
                                examples.stream().map(WeightedExample::example).toList(),
                                classes));
        float[] weights = new float[examples.size()];
        for (int i = 0; i < weights.length; i++) weights[i] = examples.get(i).weight();
        if (examples.stream().anyMatch(e -> e.weight() != 1))
            tensors.add(Tensor.ofFloats(name + WEIGHTS, weights, weights.length));
        return tensors;
    }

    private static boolean has(SafeTensors file, String tensor) {
        return file.tensors().containsKey(tensor);
    }
}
