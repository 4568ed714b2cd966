package dev.belay.trainers.learning;

import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.checkpoint.Tensor;
import dev.belay.models.input.Input;
import dev.belay.models.input.InputBytes;
import dev.belay.trainers.labels.LabelledExample;
import java.io.ByteArrayOutputStream;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Labelled examples as tensors: {@code <prefix>.ids} as UTF-8 and {@code .texts}, the inputs as
 * {@link InputBytes} (of texts UTF-8, as in release 0.1), concatenated, with the end of each in
 * {@code .idEnds} and {@code .textEnds}; {@code .probabilities} (examples, classes). Of choices
 * (classes = 0) {@code .probabilities} has the rows one after the other, each with one entry for
 * each option of its input.
 *
 * <p>Event times are not stored (0 when read): learning does not depend on them, and the same data
 * produced at another time give the same bytes.
 */
final class LabelledExampleCodec {
    private LabelledExampleCodec() {}

    static List<Tensor> write(String prefix, List<LabelledExample> examples, int classes) {
        long entries = examples.stream().mapToLong(e -> size(e.input(), classes)).sum();
        SafeTensors.requireFits("tensor " + prefix + ".probabilities", Float.BYTES * entries);
        FloatBuffer probabilities = FloatBuffer.allocate((int) entries);
        examples.forEach(e -> probabilities.put(e.probabilities()));
        var tensors = new ArrayList<Tensor>();
        add(tensors, prefix + ".id", examples, e -> e.id().getBytes(StandardCharsets.UTF_8));
        add(tensors, prefix + ".text", examples, e -> InputBytes.write(e.input()));
        long[] shape = classes > 0 ? new long[] {examples.size(), classes} : new long[] {entries};
        tensors.add(Tensor.ofFloats(prefix + ".probabilities", probabilities.array(), shape));
        return tensors;
    }

    /**
     * Reads them back in the same order.
     *
     * @throws MalformedCheckpointException if tensors are missing or don't fit each other
     */
    static List<LabelledExample> read(String prefix, SafeTensors file, int classes) {
        int count = file.tensor(prefix + ".idEnds").longs().length;
        List<String> ids =
                read(prefix + ".id", file, count, b -> new String(b, StandardCharsets.UTF_8));
        List<Input> inputs = read(prefix + ".text", file, count, InputBytes::read);
        int entries = inputs.stream().mapToInt(input -> size(input, classes)).sum();
        long[] shape = classes > 0 ? new long[] {count, classes} : new long[] {entries};
        FloatBuffer probabilities =
                FloatBuffer.wrap(file.tensor(prefix + ".probabilities").withShape(shape).floats());
        var examples = new ArrayList<LabelledExample>(count);
        for (int i = 0; i < count; i++) {
            float[] row = new float[size(inputs.get(i), classes)];
            probabilities.get(row);
            examples.add(new LabelledExample(ids.get(i), inputs.get(i), 0, row));
        }
        return examples;
    }

    /** Entries of an example's label. */
    private static int size(Input input, int classes) {
        if (classes > 0) return classes;
        if (input instanceof Input.Choice choice) return choice.options().size();
        throw new MalformedCheckpointException(
                "an example of kind " + input.kind() + " in the state of a choice task");
    }

    private static void add(
            List<Tensor> tensors,
            String name,
            List<LabelledExample> examples,
            Function<LabelledExample, byte[]> field) {
        var bytes = new ByteArrayOutputStream();
        long[] ends = new long[examples.size()];
        for (int i = 0; i < ends.length; i++) {
            byte[] one = field.apply(examples.get(i));
            SafeTensors.requireFits("tensor " + name + "s", (long) bytes.size() + one.length);
            bytes.writeBytes(one);
            ends[i] = bytes.size();
        }
        tensors.add(Tensor.ofBytes(name + "s", bytes.toByteArray()));
        tensors.add(Tensor.ofLongs(name + "Ends", ends));
    }

    private static <T> List<T> read(
            String name, SafeTensors file, int count, Function<byte[], T> value) {
        byte[] bytes = file.tensor(name + "s").bytes();
        long[] ends = file.tensor(name + "Ends").withShape(count).longs();
        var values = new ArrayList<T>(count);
        int from = 0;
        for (int i = 0; i < count; i++) {
            if (ends[i] < from || ends[i] > bytes.length)
                throw new MalformedCheckpointException(
                        name
                                + "Ends["
                                + i
                                + "] is "
                                + ends[i]
                                + ", expected "
                                + from
                                + " to "
                                + bytes.length);
            int to = (int) ends[i];
            try {
                values.add(value.apply(Arrays.copyOfRange(bytes, from, to)));
            } catch (IllegalArgumentException e) {
                throw new MalformedCheckpointException(name + "[" + i + "]: " + e.getMessage(), e);
            }
            from = to;
        }
        return values;
    }
}
