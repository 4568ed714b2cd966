package dev.belay.labelers.dawidskene;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerContract;
import dev.belay.labelers.api.LabelerException;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.api.Labelers;
import dev.belay.labelers.api.LearningLabeler;
import dev.belay.labelers.api.SpecEvents;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Split;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DawidSkeneLabelerTest extends LabelerContract {
    private static final List<String> SOURCES = List.of("exp/a#0@1", "exp/b#0@1", "exp/c#0@1");

    @Override
    protected String kind() {
        return "dawid-skene";
    }

    @Override
    protected Map<String, String> parameters() {
        return Map.of("diagonal", "3", "warm-up", "20");
    }

    @Override
    protected List<String> sources() {
        return SOURCES;
    }

    @Override
    protected List<LabelerInput> inputs() {
        return inputs(60);
    }

    private static List<LabelerInput> inputs(int count) {
        Random random = new Random(5);
        List<LabelerInput> inputs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Map<String, GivenLabel> labels = new LinkedHashMap<>();
            for (String source : SOURCES) {
                float p = random.nextInt(5) / 8f;
                float q = random.nextInt(3) / 8f;
                int kind = random.nextInt(8);
                if (kind > 0) {
                    float[] row = kind == 1 ? new float[0] : new float[] {p, q, 1 - p - q};
                    labels.put(source, new GivenLabel(0, row));
                }
            }
            var example = EventFactory.example("e" + i, Split.STUDENT, "text", 1);
            inputs.add(new LabelerInput(example, labels));
        }
        return inputs;
    }

    @Test
    void learnsAsTheEstimatorDoesHoweverExamplesAreDividedAndGoesOnBitForBit() {
        // Given what the estimator says of the votes, from the definition
        List<LabelerInput> inputs = inputs(200);
        DawidSkeneSettings settings =
                new DawidSkeneSettings(
                        3,
                        SOURCES,
                        DawidSkeneSettings.Model.FULL,
                        DawidSkeneSettings.Abstentions.IGNORED,
                        List.of(1 / 3., 1 / 3., 1 / 3.),
                        1,
                        3,
                        1,
                        20);
        DawidSkene estimator = new DawidSkene(settings);
        List<float[]> expected = new ArrayList<>();
        for (LabelerInput input : inputs) {
            int[] sources = new int[3];
            int[] votes = new int[3];
            int n = 0;
            boolean any = false;
            for (int s = 0; s < 3; s++) {
                GivenLabel label = input.sources().get(SOURCES.get(s));
                if (label != null) {
                    sources[n] = s;
                    votes[n++] = ExampleVotes.vote(label.distribution(), 3);
                    any |= !label.abstained();
                }
            }
            expected.add(
                    any
                            ? estimator.update(
                                    new ExampleVotes(
                                            Arrays.copyOf(sources, n), Arrays.copyOf(votes, n)))
                            : Labeler.ABSTAINED);
        }
        // When
        Random random = new Random(3);
        List<float[]> answers = new ArrayList<>();
        LearningLabeler labeler = open(parameters());
        while (answers.size() < inputs.size()) {
            int to = Math.min(inputs.size(), answers.size() + 1 + random.nextInt(30));
            List<LabelerInput> part = inputs.subList(answers.size(), to);
            List<float[]> unlearned = labeler.label(part); // learns nothing
            answers.addAll(labeler.learn(part));
            assertArrayEquals(unlearned.get(0), answers.get(answers.size() - part.size()));
            byte[] state = labeler.state();
            labeler.close();
            labeler = open(parameters());
            labeler.restore(state);
        }
        // Then
        assertTrue(expected.stream().anyMatch(row -> row.length == 0));
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), answers.get(i));
        }
        assertArrayEquals(estimator.toBytes(), labeler.state());
        labeler.close();
    }

    @Test
    void abstentionsAreOutcomesIfDeclared() {
        Map<String, GivenLabel> none = new LinkedHashMap<>();
        SOURCES.forEach(source -> none.put(source, new GivenLabel(0, new float[0])));
        var example = EventFactory.example("e", Split.STUDENT, "text", 1);
        List<LabelerInput> inputs = List.of(new LabelerInput(example, none));
        try (LearningLabeler ignoring = open(Map.of());
                LearningLabeler counting = open(Map.of("abstentions", "outcome"))) {
            assertEquals(0, ignoring.learn(inputs).get(0).length);
            assertEquals(3, counting.learn(inputs).get(0).length);
        }
    }

    @Test
    void wrongParametersAreNamedWithWhatWasExpected() {
        assertWrong(
                Map.of("prior", "even"),
                "prior: found even, expected 'balanced', 'learned', or a list of 3 probabilities"
                        + " with a sum of 1");
        assertWrong(Map.of("prior", "[]"), "prior: found [], expected 'balanced', 'learned'");
        assertWrong(
                Map.of("prior", "[0.5, 0.5]"),
                "classPrior: found [0.5, 0.5], expected 3 probabilities");
        assertWrong(
                Map.of("model", "two-coin"), "parameter 'model' of 'dawid-skene' is 'two-coin'");
        assertWrong(Map.of("warm-up", "50000"), "warm-up 50000: found a state of up to 1");
        open(Map.of("prior", "[0.5, 0.25, 0.25]", "model", "one-coin")).close();
        open(Map.of("prior", "learned", "step-exponent", "0.7")).close();
        assertWrong(
                () -> Labelers.check(kind(), List.of(), Map.of(), 3),
                "kind 'dawid-skene': found a task of kind choice, expected one of classes");
        assertWrong(
                () -> Labelers.check(kind(), CLASSES, Map.of(), 2),
                "kind 'dawid-skene': found 2 sources and annotators '', expected 3 or more sources");
    }

    @Test
    void aStateOfOtherParametersIsRefusedByName() {
        try (LearningLabeler one = open(Map.of());
                LearningLabeler other = open(Map.of("diagonal", "2"))) {
            var refused = assertThrows(LabelerException.class, () -> other.restore(one.state()));
            String message = String.valueOf(refused.getMessage());
            assertTrue(message.startsWith("exp/rules#0@1, version 0: state of"), message);
        }
    }

    private void assertWrong(Map<String, String> parameters, String expected) {
        assertWrong(() -> Labelers.check(kind(), CLASSES, parameters, 3), expected);
    }

    private static void assertWrong(Runnable check, String expected) {
        var refused = assertThrows(IllegalArgumentException.class, check::run);
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.startsWith(expected), message);
    }

    private LearningLabeler open(Map<String, String> parameters) {
        return (LearningLabeler)
                Labelers.open(
                        LabelerSpec.newBuilder(SpecEvents.spec(kind(), CLASSES, parameters, 0))
                                .setSources(SOURCES)
                                .build());
    }
}
