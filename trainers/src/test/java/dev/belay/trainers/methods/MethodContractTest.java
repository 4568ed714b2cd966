package dev.belay.trainers.methods;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.Rng;
import dev.belay.models.loss.Progress;
import dev.belay.plugins.Parameters;
import dev.belay.plugins.Plugins;
import dev.belay.trainers.methods.ExampleSelector.Candidates;
import dev.belay.trainers.methods.ExampleSelector.Selection;
import dev.belay.trainers.methods.StoppingRule.Decision;
import dev.belay.trainers.methods.StoppingRule.Observation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every example selector and every stopping rule fulfils. Runs each that the class path has: a
 * plug-in's project runs it on its own from this module's test jar.
 */
public class MethodContractTest {
    static Stream<ExampleSelector> selectors() {
        return Plugins.load(ExampleSelector.class).values().stream();
    }

    static Stream<StoppingRule> rules() {
        return Plugins.load(StoppingRule.class).values().stream();
    }

    @ParameterizedTest
    @MethodSource("selectors")
    void weightsAreInZeroToOneAndOneForEachExample(ExampleSelector selector) {
        Parameters defaults = Parameters.of(selector, Map.of());
        double[] state = {};
        for (int epoch = 0; epoch < 5; epoch++) {
            Selection selection = selector.select(candidates(epoch), state, defaults);
            assertEquals(10 + epoch, selection.weights().length);
            for (float weight : selection.weights())
                assertTrue(weight >= 0 && weight <= 1, "weight " + weight);
            state = selection.state();
        }
    }

    @ParameterizedTest
    @MethodSource("selectors")
    void aMicroEpochWithoutLabelsIsAllowedAndTheStateDoesNotGrowBeyondItsSize(
            ExampleSelector selector) {
        Parameters defaults = Parameters.of(selector, Map.of());
        var none =
                new Candidates(
                        new float[0][], new float[0][], () -> new float[0][], new Progress(0, 100));
        double[] state = selector.select(none, new double[0], defaults).state();
        for (int epoch = 0; epoch < 150; epoch++)
            state = selector.select(candidates(epoch), state, defaults).state();
        assertEquals(0, selector.select(none, state, defaults).weights().length);
        long most = selector.stateSize(2, defaults);
        if (most > 0) assertTrue(state.length <= most, state.length + " numbers");
    }

    @ParameterizedTest
    @MethodSource("selectors")
    void aSelectorIsAPureFunction(ExampleSelector selector) {
        Parameters defaults = Parameters.of(selector, Map.of());
        double[] state = selector.select(candidates(0), new double[0], defaults).state();
        double[] before = state.clone();
        Candidates candidates = candidates(1);
        // When
        Selection one = selector.select(candidates, state, defaults);
        selector.select(candidates(2), one.state(), defaults);
        Selection two = selector.select(candidates, state, defaults);
        // Then: the same bits, whatever was called in between, and nothing written to
        assertArrayEquals(one.weights(), two.weights());
        assertArrayEquals(one.state(), two.state());
        assertArrayEquals(before, state);
        assertArrayEquals(candidates(1).labels(), candidates.labels());
        assertArrayEquals(candidates(1).predictions(), candidates.predictions());
    }

    @ParameterizedTest
    @MethodSource("rules")
    void aStoppingRuleIsAPureFunction(StoppingRule rule) {
        Parameters defaults = Parameters.of(rule, Map.of());
        double[] state = rule.decide(observation(0), new double[0], defaults).state();
        double[] before = state.clone();
        Observation observation = observation(1);
        // When
        Decision one = rule.decide(observation, state, defaults);
        rule.decide(observation(2), one.state(), defaults);
        Decision two = rule.decide(observation, state, defaults);
        // Then
        assertEquals(one.stop(), two.stop());
        assertArrayEquals(one.state(), two.state());
        assertArrayEquals(before, state);
        assertArrayEquals(observation(1).labels(), observation.labels());
        assertArrayEquals(observation(1).predictions(), observation.predictions());
    }

    @ParameterizedTest
    @MethodSource("rules")
    void aMicroEpochWithoutStepsOrExamplesIsAllowed(StoppingRule rule) {
        var none =
                new Observation(
                        1, new float[0][], new float[0][], Double.NaN, new Progress(0, 100));
        // no exception, and a state that can be stored
        for (double value : rule.decide(none, new double[0], Parameters.of(rule, Map.of())).state())
            assertTrue(Double.isFinite(value));
    }

    private static Candidates candidates(int epoch) {
        return new Candidates(
                rows(10 + epoch, 2L * epoch),
                rows(10 + epoch, 2L * epoch + 1),
                () -> rows(10 + epoch, 2L * epoch + 2),
                progress(epoch));
    }

    private static Observation observation(int epoch) {
        return new Observation(
                epoch + 1, rows(10, 2L * epoch), rows(10, 2L * epoch + 1), 0.7, progress(epoch));
    }

    private static Progress progress(int epoch) {
        return new Progress(10 * epoch, 100);
    }

    private static float[][] rows(int count, long seed) {
        var random = new Rng(seed);
        List<float[]> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float p = (float) random.nextDouble();
            rows.add(new float[] {p, 1 - p});
        }
        return rows.toArray(float[][]::new);
    }
}
