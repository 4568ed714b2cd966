package dev.belay.trainers.learning;

import dev.belay.models.input.Input;
import dev.belay.models.network.Network;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.trainers.labels.LabelledExample;
import java.util.ArrayList;
import java.util.List;

/**
 * An example to learn from, as input of the network.
 *
 * @param weight in (0, 1]
 */
record Lesson<I>(LabelledExample example, float weight, I input) {
    /**
     * @throws IllegalArgumentException if there are no examples, or a label has another number of
     *     classes than the spec, of a choice another one than options
     */
    static void requireFit(List<LabelledExample> examples, ModelSpec spec) {
        if (examples.isEmpty())
            throw new IllegalArgumentException("a micro-epoch needs at least one example");
        int classes = spec.getClasses().size();
        for (LabelledExample example : examples) {
            int size =
                    example.input() instanceof Input.Choice choice
                            ? choice.options().size()
                            : classes;
            if (!example.abstained() && example.probabilities().length != size)
                throw new IllegalArgumentException(
                        "the label of %s has %d classes, expected %d for %s"
                                .formatted(
                                        example.id(),
                                        example.probabilities().length,
                                        size,
                                        spec.getId()));
        }
    }

    WeightedExample weighted() {
        return new WeightedExample(example, weight);
    }

    /**
     * @param inputs of the examples, in their order
     */
    static <I> List<Lesson<I>> of(List<WeightedExample> examples, List<I> inputs) {
        var lessons = new ArrayList<Lesson<I>>(inputs.size());
        for (int i = 0; i < inputs.size(); i++)
            lessons.add(
                    new Lesson<>(
                            examples.get(i).example(), examples.get(i).weight(), inputs.get(i)));
        return lessons;
    }

    /** The example with the form of its input that replay needs. */
    static <I> LabelledExample kept(Network<I> network, LabelledExample e, I encoded) {
        Input input = network.kept(e.input(), encoded);
        if (input == e.input()) return e;
        return new LabelledExample(e.id(), input, e.eventTimeMs(), e.probabilities(), e.votes());
    }

    /** Labels of these, (rows, classes). */
    static float[][] labels(List<? extends Lesson<?>> lessons) {
        return lessons.stream().map(l -> l.example().probabilities()).toArray(float[][]::new);
    }

    /** Weights of these, (rows). */
    static float[] weights(List<? extends Lesson<?>> lessons) {
        float[] weights = new float[lessons.size()];
        for (int i = 0; i < weights.length; i++) weights[i] = lessons.get(i).weight();
        return weights;
    }

    static <I> List<I> inputs(List<Lesson<I>> lessons) {
        return lessons.stream().map(Lesson::input).toList();
    }
}
