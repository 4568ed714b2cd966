package dev.belay.models.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.CodedInputStream;
import dev.belay.models.encoder.EncoderRef;
import dev.belay.models.optimizer.Parameter;
import dev.belay.models.torch.Device;
import dev.belay.models.transformer.FineTune;
import dev.belay.models.transformer.Pretrained;
import dev.belay.models.transformer.TinyBert;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkDesignTest {
    @TempDir private Path root;

    @ParameterizedTest
    @ValueSource(strings = {"minilm", "bge", "e5"})
    void pretrainedEncoderHasTheParametersThatItsFileHolds(String name) throws IOException {
        // Given: all arrays of numbers in the ONNX file but the pooler, which is not used
        Pretrained model =
                Pretrained.ALL.stream().filter(m -> m.name().equals(name)).findAny().orElseThrow();
        long stored = 0;
        try (InputStream in = model.onnx()) {
            CodedInputStream coded = CodedInputStream.newInstance(in);
            coded.setSizeLimit(Integer.MAX_VALUE);
            for (TensorProto tensor : ModelProto.parseFrom(coded).getGraph().getInitializerList()) {
                if (tensor.getDataType() != TensorProto.DataType.FLOAT_VALUE
                        || tensor.getName().startsWith("pooler.")) continue;
                long size = 1;
                for (long n : tensor.getDimsList()) size *= n;
                if (tensor.getDimsCount() > 0) stored += size;
            }
        }
        // When
        long counted = linear(name, 2).parameters(root);
        // Then
        assertEquals(stored + 384 * 2 + 2, counted);
    }

    @Test
    void bagOfWordsHasAWeightForEachBucketAndClass() {
        assertEquals((1L << 14) * 3 + 3, linear("hashing", 3).parameters(root));
        assertEquals((1L << 14) * 3 + 3, linear("hashing-bigrams", 3).parameters(root));
    }

    @Test
    void folderHasTheParametersOfItsTensors() throws IOException {
        TinyBert.write(root, "tiny", "bert.");
        NetworkDesign mlp =
                new NetworkDesign(
                        new EncoderRef("hf:tiny"), HeadShape.Kind.MLP, 5, 2, FineTune.HEAD);
        long trunk = 0;
        for (long[] shape : TinyBert.SHAPE.parameters().values()) trunk += Parameter.size(shape);
        int width = TinyBert.SHAPE.width();
        assertEquals(trunk + 5L * width + 5 + 2 * 5 + 2, mlp.parameters(root));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mlp", "transformer"})
    void networkFromScratchHasTheParametersThatLearn(String name) {
        // Given
        NetworkDesign design =
                new NetworkDesign(
                        new EncoderRef(name),
                        HeadShape.Kind.LINEAR,
                        0,
                        2,
                        new FineTune(FineTune.Scope.FULL, 0, true, false));
        try (Network<?> network = Networks.of(Device.CPU, root, root).fresh(design, 0, false)) {
            long stored = network.sizes().values().stream().mapToLong(n -> n).sum();
            assertEquals(stored, design.parameters(root));
        }
    }

    @Test
    void unknownEncoderIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> linear("no-such", 2).parameters(root));
    }

    private static NetworkDesign linear(String encoder, int classes) {
        return new NetworkDesign(
                new EncoderRef(encoder), HeadShape.Kind.LINEAR, 0, classes, FineTune.HEAD);
    }
}
