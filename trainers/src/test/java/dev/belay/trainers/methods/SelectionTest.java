package dev.belay.trainers.methods;

import static java.util.Objects.requireNonNull;
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
     * p = (.8, .2), votes (1, 0) and (0, 1): g = −ln .8 and −ln .2, so w goes from (½, ½) to (½·.8,
     * ½·.2) normalised = (.8, .2). Again: (.64, .04) normalised.
     */
    @Test
    void sourcesThatTheStudentDisagreesWithLoseWeight() {
        var selector = new LearnedWeightsSelector();
        Parameters parameters = Parameters.of(selector, Map.of("easy", "0"));
        float[][][] votes = {{{1, 0}, {0, 1}}, {{1, 0}, {}}};
        // When: the second row has the vote of the first source alone, and is predicted as the
        // first
        Selection first = selector.select(votes(votes, PROGRESS), new double[0], parameters);
        // Then
        float[][] labels = requireNonNull(first.labels());
        assertArrayEquals(new double[] {.8, .2}, first.state(), 1e-6);
        assertArrayEquals(new float[] {.8f, .2f}, labels[0], 1e-6f);
        assertArrayEquals(new float[] {1, 0}, labels[1]);
        assertArrayEquals(new float[] {1, 1}, first.weights());
        Selection second = selector.select(votes(votes, PROGRESS), first.state(), parameters);
        assertArrayEquals(new double[] {.64 / .68, .04 / .68}, second.state(), 1e-6);
        // a source without any vote keeps its share
        float[][][] alone = {{{0, 1}, {}}};
        Selection third = selector.select(votes(alone, PROGRESS), first.state(), parameters);
        assertArrayEquals(first.state(), third.state(), 1e-9);
    }

    @Test
    void atFirstOnlyExamplesOnWhichAllSourcesAgreeAreLearned() {
        var selector = new LearnedWeightsSelector();
        Parameters parameters = Parameters.of(selector, Map.of("easy", "10"));
        float[][][] votes = {
            {{1, 0}, {0, 1}}, {{.6f, .4f}, {.9f, .1f}}, {{.2f, .8f}, {}}, {{.2f, .8f}, {.3f, .7f}}
        };
        Selection easy =
                selector.select(votes(votes, new Progress(9, 100)), new double[0], parameters);
        assertArrayEquals(new float[] {0, 1, 1, 1}, easy.weights());
        assertArrayEquals(new float[] {.75f, .25f}, requireNonNull(easy.labels())[1], 1e-6f);
        assertArrayEquals(new double[] {.5, .5}, easy.state());
        Selection later =
                selector.select(votes(votes, new Progress(10, 100)), easy.state(), parameters);
        assertArrayEquals(new float[] {1, 1, 1, 1}, later.weights());
    }

    @Test
    void labelsWithAnotherNumberOfVotesAreRefused() {
        var selector = new LearnedWeightsSelector();
        Parameters parameters = Parameters.of(selector, Map.of());
        float[][][] three = {{{1, 0}, {0, 1}, {0, 1}}};
        assertThrows(
                IllegalArgumentException.class,
                () -> selector.select(votes(three, PROGRESS), new double[] {.5, .5}, parameters));
    }

    /** All predicted as (.8, .2). */
    private static Candidates votes(float[][][] votes, Progress progress) {
        float[][] predictions = new float[votes.length][];
        float[][] labels = new float[votes.length][];
        for (int i = 0; i < votes.length; i++) {
            predictions[i] = new float[] {.8f, .2f};
            labels[i] = new float[] {.5f, .5f};
        }
        return new Candidates(labels, predictions, () -> new float[0][], progress, votes);
    }

    /** τ of (p, 1 − p) is |2p − 1|; of three classes (3·max − 1) / 2. */
    @Test
    void labelsThatAreTrustedEnoughAreKept() {
        var selector = new TrustSelector();
        Parameters half = Parameters.of(selector, Map.of("least", "0.5"));
        Selection two = selector.select(labels(.75f, .7f, .2f, .5f), new double[0], half);
        assertArrayEquals(new float[] {1, 0, 1, 0}, two.weights());
        assertEquals(0, two.state().length);
        var three =
                new Candidates(
                        new float[][] {{.75f, .25f, 0}, {.3f, .1f, .6f}},
                        new float[2][],
                        () -> new float[2][],
                        PROGRESS);
        assertArrayEquals(
                new float[] {1, 0}, selector.select(three, new double[0], half).weights());
        Parameters all = Parameters.of(selector, Map.of("least", "0"));
        assertArrayEquals(new float[] {1, 1}, selector.select(three, new double[0], all).weights());
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
