package dev.belay.trainers.methods;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.loss.Progress;
import dev.belay.plugins.Parameters;
import dev.belay.schemas.events.FineTuning;
import dev.belay.schemas.events.FineTuningScope;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.trainers.Specs;
import dev.belay.trainers.methods.ExampleSelector.Candidates;
import dev.belay.trainers.methods.ExampleSelector.Selection;
import dev.belay.trainers.methods.StoppingRule.Decision;
import dev.belay.trainers.methods.StoppingRule.Observation;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Selectors and stopping rules, on cases computed by hand. */
class SelectionTest {
    private static final Progress PROGRESS = new Progress(0, 100);

    @Test
    void theConfidentHalfOfTheLastLabelsIsKept() {
        var selector = new ConfidenceSelector();
        Parameters parameters = Parameters.of(selector, Map.of("window", "4"));
        // When
        Selection first = selector.select(labels(.9f, .6f, .2f, .7f), new double[0], parameters);
        // Then: .8 of the third is for the other class
        assertArrayEquals(new float[] {1, 0, 1, 0}, first.weights());
        // the third and the fourth of six are .85 and .8
        Selection second = selector.select(labels(.95f, .85f), first.state(), parameters);
        assertArrayEquals(new float[] {1, 1}, second.weights());
        assertArrayEquals(new double[] {-.8f, -.7f, -.95f, -.85f}, second.state());
        Selection third = selector.select(labels(.75f), second.state(), parameters);
        assertArrayEquals(new float[] {0}, third.weights());
        // equally confident labels are kept together
        Selection hard = selector.select(labels(1, 0, 1), new double[0], parameters);
        assertArrayEquals(new float[] {1, 1, 1}, hard.weights());
    }

    /**
     * Features 0, 1, 2, 10, classes 0, 0, 1, 1 (π = ½), 2 neighbours. Example 0: neighbours at
     * distance 1 and 2 with w = 1/2, 1/3; J = 1/3, μ = 5/12, σ = √13/12, z = −1/√13. Example 1: J =
     * μ = ½. Example 2: J = 5/6, z = 5/√13. Example 3: distances 8 and 9, J = 1/10, μ = 19/180, σ =
     * ½·√(1/81 + 1/100), z = −.0743.
     */
    @Test
    void theCutStatisticIsThatComputedByHand() {
        float[][] features = {{0}, {1}, {2}, {10}};
        int[] classes = {0, 0, 1, 1};
        assertEquals(-1 / Math.sqrt(13), CutStatisticSelector.cut(0, features, classes, 2), 1e-9);
        assertEquals(0, CutStatisticSelector.cut(1, features, classes, 2), 1e-9);
        assertEquals(5 / Math.sqrt(13), CutStatisticSelector.cut(2, features, classes, 2), 1e-9);
        assertEquals(-.0743, CutStatisticSelector.cut(3, features, classes, 2), 1e-4);
        // without neighbours, and with one class
        assertEquals(0, CutStatisticSelector.cut(0, new float[][] {{1}}, new int[1], 2));
        assertEquals(0, CutStatisticSelector.cut(0, features, new int[4], 2));
    }

    @Test
    void labelsThatFitThoseOfTheirNeighboursAreKeptAndTheNextOnesAreComparedWithThem() {
        var selector = new CutStatisticSelector();
        Parameters parameters = Parameters.of(selector, Map.of("neighbours", "2"));
        var candidates =
                new Candidates(
                        labels(1, 1, 0, 0).labels(),
                        new float[4][],
                        () -> new float[][] {{0}, {1}, {2}, {10}},
                        PROGRESS);
        // When
        Selection first = selector.select(candidates, new double[0], parameters);
        // Then
        assertArrayEquals(new float[] {1, 0, 0, 1}, first.weights());
        assertEquals(2 + 4 + 4 * 2, first.state().length);
        assertArrayEquals(
                new double[] {0, 0, 0, 1, 1, 2, 1, 10},
                java.util.Arrays.copyOfRange(first.state(), 6, 14));
        // beside 0 and 1 of class 0: one of class 0 fits, one of class 1 does not
        for (float one : new float[] {1, 0}) {
            var next =
                    new Candidates(
                            labels(one).labels(),
                            new float[1][],
                            () -> new float[][] {{.5f}},
                            PROGRESS);
            float[] weights = selector.select(next, first.state(), parameters).weights();
            assertArrayEquals(new float[] {one}, weights);
        }
    }

    @Test
    void aSelectorOfFeaturesNeedsAFrozenEncoder() {
        ModelSpec spec =
                ModelSpec.newBuilder(
                                Specs.of("minilm", Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 100, 3))
                        .setSelector(new Method("cut-statistic", Map.of("reservoir", "10")))
                        .build();
        assertEquals(2 + 10 * (2 + 384), Methods.stateSize(spec, 384));
        ModelSpec tuned =
                ModelSpec.newBuilder(spec)
                        .setFineTuning(
                                FineTuning.newBuilder().setScope(FineTuningScope.FULL).build())
                        .build();
        var e = assertThrows(IllegalArgumentException.class, () -> Methods.of(tuned));
        assertEquals(
                "selector 'cut-statistic' compares features of a frozen encoder, expected"
                        + " 'finetune: head'",
                e.getMessage());
    }

    @Test
    void agreementThatDoesNotRiseStops() {
        var rule = new AgreementStopping();
        Parameters parameters = Parameters.of(rule, Map.of("window", "2", "patience", "2"));
        double[] state = {};
        // agreements of 4; means of two: 1.5, 2.5, 3, 2.5, 3: not higher than 3 twice
        int[] agreed = {1, 2, 3, 3, 2, 4};
        for (int i = 0; i < agreed.length; i++) {
            Decision decision = rule.decide(observation(agreed[i]), state, parameters);
            assertEquals(i == 5, decision.stop(), "micro-epoch " + (i + 1));
            state = decision.state();
        }
        assertArrayEquals(new double[] {.75, 2, 2, 4, 4, 4}, state);
        // a rise begins anew
        assertFalse(rule.decide(observation(4), state, parameters).stop());
        assertTrue(state.length <= rule.stateSize(parameters));
    }

    /** Labels of two classes with these probabilities of the first. */
    private static Candidates labels(float... first) {
        float[][] labels = new float[first.length][];
        for (int i = 0; i < labels.length; i++) labels[i] = new float[] {first[i], 1 - first[i]};
        return new Candidates(labels, labels, () -> new float[0][], PROGRESS);
    }

    /** Four examples, of which {@code agreed} are predicted as labelled. */
    private static Observation observation(int agreed) {
        float[][] labels = new float[4][];
        float[][] predictions = new float[4][];
        for (int i = 0; i < 4; i++) {
            labels[i] = new float[] {.3f, .7f};
            predictions[i] = i < agreed ? new float[] {.2f, .8f} : new float[] {.8f, .2f};
        }
        return new Observation(1, labels, predictions, .5, PROGRESS);
    }
}
