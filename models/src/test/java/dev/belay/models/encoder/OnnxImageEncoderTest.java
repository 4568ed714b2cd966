package dev.belay.models.encoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.belay.models.image.TestImages;
import dev.belay.models.input.Input;
import dev.belay.models.torch.Device;
import dev.belay.schemas.Images;
import dev.belay.schemas.Images.Pixels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An image encoder in a folder: the mean of each channel. */
class OnnxImageEncoderTest {
    private static final String PREPROCESSOR =
            """
            {"size": {"height": 2, "width": 2}, "resample": 2,
             "image_mean": [0, 0, 0], "image_std": [1, 1, 1]}""";

    @TempDir private Path root;

    @BeforeEach
    void writeFolder() throws IOException {
        Path folder = Files.createDirectories(root.resolve("means"));
        Files.writeString(folder.resolve("config.json"), "{\"hidden_dim\": 3}");
        Files.writeString(folder.resolve("preprocessor_config.json"), PREPROCESSOR);
        Files.write(folder.resolve("model.onnx"), means());
    }

    @Test
    void anImageIsPreprocessedAndItsVectorScaled() {
        // Given: red 153 in one half, green 51, blue 25
        byte[] samples = new byte[12];
        for (int i = 0; i < 4; i++) {
            samples[3 * i] = (byte) (i < 2 ? 153 : 0);
            samples[3 * i + 1] = 51;
            samples[3 * i + 2] = 25;
        }
        Input image = TestImages.content(Images.png(new Pixels(2, 2, 3, samples)));
        // When
        Encoder encoder = open();
        float[][] rows = encoder.encode(List.of(image, image));
        // Then
        double[] means = {76.5, 51, 25};
        double norm = Math.sqrt(76.5 * 76.5 + 51 * 51 + 25 * 25);
        for (int c = 0; c < 3; c++) assertEquals(means[c] / norm * Math.sqrt(3), rows[0][c], 1e-5);
        assertArrayEquals(rows[0], rows[1]);
        assertArrayEquals(rows[0], encoder.encode(List.of(image))[0]);
        encoder.probe();
    }

    @Test
    void oneCorruptImageFailsAlone() {
        Input good = TestImages.bar(5, 1, 1);
        Input bad = TestImages.content(new byte[] {1, 2, 3});
        var rows =
                FailingTexts.compute(
                        List.of(good, bad, TestImages.bar(5, 0, 2)),
                        some -> List.of(open().encode(some)),
                        open()::probe);
        assertEquals(Set.of(1), rows.rejected().keySet());
        assertTrue(String.valueOf(rows.rejected().get(1)).contains("neither"));
    }

    @Test
    void whatItsFolderSaysIsKnownWithoutOpeningIt() throws IOException {
        assertEquals(3, Encoders.dimensions(new EncoderRef("hf:means"), root));
        assertEquals(0, Encoders.layers(new EncoderRef("hf:means"), root));
        assertEquals(0, Encoders.parameters(new EncoderRef("hf:means"), root));
        assertEquals(Set.of(Input.Kind.CONTENT), Encoders.accepts("hf:means", root));
        String before = Encoders.sha256("hf:means", root);
        Path preprocessor = root.resolve("means/preprocessor_config.json");
        Files.writeString(preprocessor, PREPROCESSOR.replace("\"resample\": 2", "\"resample\": 3"));
        assertNotEquals(before, Encoders.sha256("hf:means", root));
        Files.writeString(preprocessor, PREPROCESSOR.replace("\"resample\": 2", "\"resample\": 9"));
        var e = assertThrows(IllegalArgumentException.class, this::open);
        assertTrue(String.valueOf(e.getMessage()).contains("found resample 9"), e.getMessage());
        Files.delete(root.resolve("means/model.onnx"));
        assertThrows(IllegalArgumentException.class, this::open);
    }

    private Encoder open() {
        String sha256 = Encoders.sha256("hf:means", root);
        return Encoders.open(
                new EncoderRef("hf:means", Map.of(), sha256),
                Device.CPU,
                root.resolve("cache"),
                root);
    }

    /** (rows, 3, height, width) → (rows, 3, 1, 1). */
    private static byte[] means() {
        var graph =
                GraphProto.newBuilder()
                        .setName("means")
                        .addInput(value("pixel_values"))
                        .addOutput(value("features"))
                        .addNode(
                                NodeProto.newBuilder()
                                        .setOpType("GlobalAveragePool")
                                        .addInput("pixel_values")
                                        .addOutput("features"));
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
                .setGraph(graph)
                .build()
                .toByteArray();
    }

    private static ValueInfoProto value(String name) {
        var shape = TensorShapeProto.newBuilder();
        for (String dimension : new String[] {"n", "c", "h", "w"})
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(dimension));
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(
                        TypeProto.newBuilder()
                                .setTensorType(
                                        TypeProto.Tensor.newBuilder()
                                                .setElemType(TensorProto.DataType.FLOAT_VALUE)
                                                .setShape(shape)))
                .build();
    }
}
