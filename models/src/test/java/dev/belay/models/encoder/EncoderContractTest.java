package dev.belay.models.encoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.image.TestImages;
import dev.belay.models.input.Input;
import dev.belay.models.torch.Device;
import dev.belay.plugins.Parameters;
import dev.belay.plugins.Plugins;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every encoder that is a Java class fulfils. Runs each that the class path has: a plug-in's
 * project runs it on its own from this module's test jar.
 */
public class EncoderContractTest {
    private static final List<Input> TEXTS =
            Input.texts(List.of("a plain text", "", "größe 世界", "plain plain words. And more!"));

    @TempDir Path cache;

    /** What encoders of their own language are given. */
    private static final Map<String, List<Input>> OWN =
            Map.of(
                    "chess-planes",
                    Input.texts(
                            "rnbqkbnr/pppppppp/8/8/4P3/8/PPPP1PPP/RNBQKBNR b KQkq e3 0 1",
                            "rnbqkbnr/pppp1ppp/8/4p3/4P3/8/PPPP1PPP/RNBQKBNR w KQkq e6 0 2",
                            "k7/8/8/8/8/8/8/7K w - - 0 1",
                            "4k3/8/8/8/8/8/8/4K2R b K - 0 1"));

    /** Four inputs of a kind that it accepts. */
    private static List<Input> inputs(EncoderProvider provider, Parameters parameters) {
        List<Input> own = OWN.get(provider.name());
        if (own != null) return own;
        if (provider.accepts().contains(Input.Kind.TEXT)) return TEXTS;
        if (provider.accepts().contains(Input.Kind.CONTENT))
            return IntStream.range(0, 4).mapToObj(i -> TestImages.bar(9, i % 2, i)).toList();
        Input vector = new Input.Vector(new float[provider.dimensions(parameters)]);
        return List.of(vector, vector, vector, vector);
    }

    static Stream<EncoderProvider> providers() {
        return Plugins.load(EncoderProvider.class).values().stream();
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aRowHasItsLengthAndDependsOnItsTextOnly(EncoderProvider provider) {
        Parameters defaults = Parameters.of(provider, Map.of());
        try (Encoder encoder = provider.open(defaults)) {
            assertEquals(provider.name(), encoder.name());
            assertEquals(provider.dimensions(defaults), encoder.dimensions());
            assertEquals(provider.accepts(), encoder.accepts());
            // When
            List<Input> inputs = inputs(provider, defaults);
            float[][] together = encoder.encode(inputs);
            // Then
            assertEquals(inputs.size(), together.length);
            for (int i = 0; i < together.length; i++) {
                assertEquals(encoder.dimensions(), together[i].length);
                for (float feature : together[i]) assertTrue(Float.isFinite(feature));
                assertArrayEquals(together[i], encoder.encode(List.of(inputs.get(i)))[0]);
            }
            assertEquals(0, encoder.encode(List.of()).length);
            encoder.probe();
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void itIsOpenedByItsNameAndAgainAfterThat(EncoderProvider provider) {
        List<Input> inputs = inputs(provider, Parameters.of(provider, Map.of()));
        float[][] once = Encoders.open(provider.name(), Device.CPU, cache).encode(inputs);
        assertArrayEquals(once, Encoders.open(provider.name(), Device.CPU, cache).encode(inputs));
        assertEquals(provider.version(), Encoders.version(provider.name()));
        assertTrue(Encoders.isName(provider.name()));
    }
}
