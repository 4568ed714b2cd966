package dev.belay.trainers;

import dev.belay.models.MalformedCheckpointException;
import dev.belay.models.SafeTensors;
import dev.belay.models.Tensor;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Labelled examples as tensors: {@code <prefix>.ids} and {@code .texts} as UTF-8 behind each other
 * with the end of each in {@code .idEnds} and {@code .textEnds}, {@code .times}, {@code
 * .probabilities} (examples, classes).
 */
final class LabelledCodec {
    private LabelledCodec() {}

    static List<Tensor> write(String prefix, List<Labelled> examples, int classes) {
        long[] times = new long[examples.size()];
        float[] probabilities = new float[examples.size() * classes];
        for (int i = 0; i < times.length; i++) {
            times[i] = examples.get(i).eventTimeMs();
            System.arraycopy(
                    examples.get(i).probabilities(), 0, probabilities, i * classes, classes);
        }
        var tensors = new ArrayList<Tensor>();
        addStrings(tensors, prefix + ".id", examples, Labelled::id);
        addStrings(tensors, prefix + ".text", examples, Labelled::text);
        tensors.add(Tensor.ofLongs(prefix + ".times", times));
        tensors.add(
                Tensor.ofFloats(prefix + ".probabilities", probabilities, times.length, classes));
        return tensors;
    }

    /**
     * Reads them back in the same order.
     *
     * @throws MalformedCheckpointException if tensors are missing or don't fit each other
     */
    static List<Labelled> read(String prefix, SafeTensors file, int classes) {
        long[] times = file.tensor(prefix + ".times").longs();
        float[] probabilities =
                file.tensor(prefix + ".probabilities").withShape(times.length, classes).floats();
        String[] ids = strings(prefix + ".id", file, times.length);
        String[] texts = strings(prefix + ".text", file, times.length);
        var examples = new ArrayList<Labelled>(times.length);
        for (int i = 0; i < times.length; i++) {
            float[] row = new float[classes];
            System.arraycopy(probabilities, i * classes, row, 0, classes);
            examples.add(new Labelled(ids[i], texts[i], times[i], row));
        }
        return examples;
    }

    private static void addStrings(
            List<Tensor> tensors,
            String name,
            List<Labelled> examples,
            Function<Labelled, String> field) {
        var bytes = new ByteArrayOutputStream();
        long[] ends = new long[examples.size()];
        for (int i = 0; i < ends.length; i++) {
            bytes.writeBytes(field.apply(examples.get(i)).getBytes(StandardCharsets.UTF_8));
            ends[i] = bytes.size();
        }
        tensors.add(Tensor.ofBytes(name + "s", bytes.toByteArray()));
        tensors.add(Tensor.ofLongs(name + "Ends", ends));
    }

    private static String[] strings(String name, SafeTensors file, int count) {
        byte[] bytes = file.tensor(name + "s").bytes();
        long[] ends = file.tensor(name + "Ends").withShape(count).longs();
        String[] values = new String[count];
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
            values[i] = new String(bytes, from, to - from, StandardCharsets.UTF_8);
            from = to;
        }
        return values;
    }
}
