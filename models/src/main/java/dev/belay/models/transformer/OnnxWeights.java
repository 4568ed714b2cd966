package dev.belay.models.transformer;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.CodedInputStream;
import dev.belay.models.optimizer.Parameter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The weights of a BERT model that PyTorch exported to ONNX, by their Hugging Face names.
 *
 * <p>LayerNorms, embeddings and biases keep their names. The matrices of linear layers are
 * transposed and anonymous; their names follow from the node that multiplies by them: {@code
 * /encoder/layer.0/attention/self/query/MatMul}.
 */
final class OnnxWeights {
    private static final Pattern MATMUL =
            Pattern.compile("/?(?:bert/)?(encoder/layer\\.\\d+/[A-Za-z/]+)/MatMul");

    private static final Set<Integer> BYTES =
            Set.of(TensorProto.DataType.INT8_VALUE, TensorProto.DataType.UINT8_VALUE);

    private static final Set<Integer> FLOATS =
            Set.of(TensorProto.DataType.FLOAT_VALUE, TensorProto.DataType.FLOAT16_VALUE);

    private record Stored(TensorProto tensor, boolean transposed) {}

    private final Map<String, Stored> byName = new HashMap<>();

    /**
     * @throws IOException if it can't be read or is not ONNX
     */
    OnnxWeights(InputStream file) throws IOException {
        CodedInputStream coded = CodedInputStream.newInstance(file);
        coded.setSizeLimit(Integer.MAX_VALUE);
        GraphProto graph = ModelProto.parseFrom(coded).getGraph();
        var initializers = new HashMap<String, TensorProto>();
        for (TensorProto tensor : graph.getInitializerList()) {
            initializers.put(tensor.getName(), tensor);
            byName.put(HuggingFaceNames.plain(tensor.getName()), new Stored(tensor, false));
        }
        for (NodeProto node : graph.getNodeList()) {
            Matcher matmul = MATMUL.matcher(node.getName());
            if (!matmul.matches() || node.getInputCount() != 2) continue;
            TensorProto tensor = initializers.get(node.getInput(1));
            if (tensor != null)
                byName.put(matmul.group(1).replace('/', '.') + ".weight", new Stored(tensor, true));
        }
    }

    /** Whether any weights are 8-bit integers. */
    boolean areQuantized() {
        return byName.values().stream().anyMatch(w -> BYTES.contains(w.tensor().getDataType()));
    }

    /** Number of floating-point weights. */
    long count() {
        return byName.values().stream()
                .filter(
                        stored ->
                                !stored.transposed && FLOATS.contains(stored.tensor.getDataType()))
                .mapToLong(
                        stored -> stored.tensor.getDimsList().stream().reduce(1L, (a, b) -> a * b))
                .sum();
    }

    /** Whether there is a parameter of this name. */
    boolean has(String name) {
        return byName.containsKey(name);
    }

    /** Sizes of a parameter, outermost first. */
    long[] shape(String name) {
        Stored stored = stored(name);
        TensorProto tensor = stored.tensor;
        long[] shape = tensor.getDimsList().stream().mapToLong(d -> d).toArray();
        if (stored.transposed && shape.length == 2) return new long[] {shape[1], shape[0]};
        return shape;
    }

    /**
     * The values of a parameter, row by row.
     *
     * @throws IllegalArgumentException if it is missing, of another shape or not floating point
     */
    float[] values(String name, long[] shape) {
        Stored stored = stored(name);
        if (!Arrays.equals(shape(name), shape))
            throw new IllegalArgumentException(
                    "the ONNX file's %s has shape %s, expected %s"
                            .formatted(name, Arrays.toString(shape(name)), Arrays.toString(shape)));
        float[] values = floats(stored.tensor, Parameter.size(shape));
        if (!stored.transposed) return values;
        int rows = (int) shape[0];
        int columns = (int) shape[1];
        float[] turned = new float[values.length];
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                turned[row * columns + column] = values[column * rows + row];
        return turned;
    }

    private Stored stored(String name) {
        Stored stored = byName.get(name);
        if (stored == null)
            throw new IllegalArgumentException(
                    "the ONNX file has no "
                            + name
                            + "; expected BERT as PyTorch exports it, not optimised");
        return stored;
    }

    private static float[] floats(TensorProto tensor, int size) {
        float[] values = new float[size];
        if (tensor.getDataType() != TensorProto.DataType.FLOAT_VALUE)
            throw new IllegalArgumentException(
                    "the ONNX file's %s has type %s, expected float32 (1)"
                            .formatted(tensor.getName(), tensor.getDataType()));
        if (tensor.getFloatDataCount() == size) {
            for (int i = 0; i < size; i++) values[i] = tensor.getFloatData(i);
            return values;
        }
        ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer();
        if (raw.remaining() != size * Float.BYTES)
            throw new IllegalArgumentException(
                    "the ONNX file's "
                            + tensor.getName()
                            + " has "
                            + raw.remaining()
                            + " bytes in it, expected "
                            + size * Float.BYTES
                            + " (external data are not read)");
        raw.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }
}
