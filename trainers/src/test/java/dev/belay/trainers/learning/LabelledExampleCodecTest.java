package dev.belay.trainers.learning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.checkpoint.Tensor;
import dev.belay.models.input.Input;
import dev.belay.trainers.labels.LabelledExample;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LabelledExampleCodecTest {
    /** As release 0.1 wrote them. */
    private static final List<Tensor> RELEASED =
            List.of(
                    Tensor.ofBytes("replay.ids", utf8("ab")),
                    Tensor.ofLongs("replay.idEnds", 1, 2),
                    Tensor.ofBytes("replay.texts", utf8("größe")),
                    Tensor.ofLongs("replay.textEnds", 7, 7),
                    Tensor.ofFloats("replay.probabilities", new float[] {1, 0, .5f, .5f}, 2, 2));

    @Test
    void statesOfTheLastReleaseAreReadAndTextsAreWrittenAsThen() {
        List<LabelledExample> examples = LabelledExampleCodec.read("replay", file(RELEASED), 2);
        assertEquals(Input.texts("größe", ""), inputs(examples));
        assertEquals("b", examples.get(1).id());
        assertArrayEquals(
                file(RELEASED).write(),
                file(LabelledExampleCodec.write("replay", examples, 2)).write());
    }

    @Test
    void inputsOfAllKindsComeBack() {
        Input pair =
                new Input.Parts(List.of(new Input.Part("a", "one"), new Input.Part("b", "two")));
        var vector = new Input.Vector(new float[] {1, -0f, Float.MIN_VALUE});
        List<LabelledExample> examples =
                List.of(example(pair), example(Input.of("text")), example(vector));
        List<LabelledExample> read =
                LabelledExampleCodec.read(
                        "x", file(LabelledExampleCodec.write("x", examples, 2)), 2);
        assertEquals(inputs(examples).subList(0, 2), inputs(read).subList(0, 2));
        assertArrayEquals(vector.features(), ((Input.Vector) read.get(2).input()).features());
    }

    @Test
    void anInputThatIsNoneIsNamed() {
        var tensors =
                List.of(
                        RELEASED.get(0),
                        RELEASED.get(1),
                        Tensor.ofBytes("replay.texts", new byte[] {'a', (byte) 0xff, 0, 0}),
                        Tensor.ofLongs("replay.textEnds", 1, 4),
                        RELEASED.get(4));
        var e =
                assertThrows(
                        MalformedCheckpointException.class,
                        () -> LabelledExampleCodec.read("replay", file(tensors), 2));
        assertEquals(
                "replay.text[1]: found an input that ends within a string, expected all its bytes",
                e.getMessage());
    }

    private static LabelledExample example(Input input) {
        return new LabelledExample("id", input, 0, new float[] {1, 0});
    }

    private static List<Input> inputs(List<LabelledExample> examples) {
        return examples.stream().map(LabelledExample::input).toList();
    }

    private static SafeTensors file(List<Tensor> tensors) {
        return SafeTensors.read(SafeTensors.of(Map.of(), tensors).write());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
