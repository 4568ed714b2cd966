package dev.belay.trainers.learning;

import dev.belay.models.encoder.BrokenEncoderException;
import dev.belay.models.encoder.FailingTexts;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.models.input.Input;
import dev.belay.models.network.Network;
import dev.belay.trainers.labels.LabelledExample;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.IntStream;

/**
 * The new examples of a micro-epoch, encoded and predicted with the current weights; n rows,
 * without those that the encoder rejects.
 *
 * @param examples with the form of their inputs that replay needs, (n)
 * @param inputs of the network, (n)
 * @param predictions class probabilities, (n, classes)
 * @param rejected index in the list given → reason
 * @param encodeNs time spent on features, nanoseconds
 * @param <I> input of the network
 */
record PredictedExamples<I>(
        List<LabelledExample> examples,
        List<I> inputs,
        float[][] predictions,
        SortedMap<Integer, String> rejected,
        long encodeNs) {
    private record Row<I>(I input, float[] probabilities) {}

    /**
     * @throws BrokenEncoderException if the encoder fails for every input
     */
    static <I> PredictedExamples<I> of(Network<I> network, List<LabelledExample> examples) {
        long[] encodeNs = {0};
        Rows<Row<I>> found =
                FailingTexts.compute(
                        examples.stream().map(LabelledExample::input).toList(),
                        some -> predict(network, some, encodeNs),
                        network::probe);
        List<I> inputs = found.rows().stream().map(Row::input).toList();
        List<LabelledExample> accepted = found.accepted(examples);
        return new PredictedExamples<>(
                IntStream.range(0, inputs.size())
                        .mapToObj(i -> Lesson.kept(network, accepted.get(i), inputs.get(i)))
                        .toList(),
                inputs,
                found.rows().stream().map(Row::probabilities).toArray(float[][]::new),
                found.rejected(),
                encodeNs[0]);
    }

    /** Adds the time spent on features to {@code encodeNs}. */
    private static <I> List<Row<I>> predict(
            Network<I> network, List<Input> examples, long[] encodeNs) {
        long start = System.nanoTime();
        List<I> inputs = network.inputs(examples);
        encodeNs[0] += System.nanoTime() - start;
        float[][] probabilities = network.predict(inputs); // (rows, classes)
        var rows = new ArrayList<Row<I>>(probabilities.length);
        for (int i = 0; i < probabilities.length; i++)
            rows.add(new Row<>(inputs.get(i), probabilities[i]));
        return rows;
    }

    /** Number of examples, n. */
    int size() {
        return examples.size();
    }

    /** Indices of the examples with a label: the supervisor did not abstain. */
    int[] labelled() {
        return IntStream.range(0, size()).filter(i -> !examples.get(i).abstained()).toArray();
    }

    /** Labels of the examples at these indices, (indices, classes). */
    float[][] labels(int[] indices) {
        return IntStream.of(indices)
                .mapToObj(i -> examples.get(i).probabilities())
                .toArray(float[][]::new);
    }

    /** Votes behind these labels, (indices, sources, classes); no sources where there are none. */
    float[][][] votes(int[] indices) {
        return IntStream.of(indices)
                .mapToObj(i -> examples.get(i).votes())
                .toArray(float[][][]::new);
    }

    /** Inputs of the examples at these indices. */
    List<I> inputs(int[] indices) {
        return IntStream.of(indices).mapToObj(inputs::get).toList();
    }

    /**
     * The example at an index, to be learned from.
     *
     * @param weight in (0, 1]
     * @param label that is learned: its own, or what the selector has made of its votes
     */
    Lesson<I> lesson(int index, float weight, float[] label) {
        LabelledExample e = examples.get(index);
        LabelledExample learned =
                label == e.probabilities() && e.votes().length == 0
                        ? e
                        : new LabelledExample(e.id(), e.input(), e.eventTimeMs(), label);
        return new Lesson<>(learned, weight, inputs.get(index));
    }

    /** Predictions of the examples at these indices, (indices, classes). */
    float[][] predictions(int[] indices) {
        return IntStream.of(indices).mapToObj(i -> predictions[i]).toArray(float[][]::new);
    }
}
