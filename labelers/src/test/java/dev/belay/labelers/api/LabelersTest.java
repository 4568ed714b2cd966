package dev.belay.labelers.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LabelersTest {
    private static final List<String> CLASSES = List.of("no", "yes");

    @Test
    void aKindThatIsNotInstalledNamesThoseThatAre() {
        var missing =
                assertThrows(
                        LabelerException.class,
                        () -> Labelers.open(SpecEvents.spec("jury", CLASSES, Map.of(), 0)));
        assertTrue(
                String.valueOf(missing.getMessage())
                        .startsWith(
                                "no labeler of kind 'jury' is installed, expected one of [average,"
                                        + " broken, crowd, dawid-skene, doubtful, external, majority, noise,"
                                        + " rules, trust, votes, weighted]"),
                missing::getMessage);
    }

    @Test
    void wrongAnswersAndFailuresNameLabelerAndExample() {
        assertFails("length", "exp/rules#0@1, example e: expected 2 probabilities, found 3");
        assertFails("sum", "exp/rules#0@1, example e: expected probabilities that sum to 1");
        assertFails("count", "exp/rules#0@1 gave 0 answers for 1 examples");
        assertFails("throw", "exp/rules#0@1 failed: java.lang.IllegalStateException: no luck");
    }

    private static void assertFails(String how, String expected) {
        var spec = SpecEvents.spec("broken", CLASSES, Map.of("how", how), 0);
        try (Labeler labeler = Labelers.open(spec)) {
            var input =
                    LabelerInput.of(
                            dev.belay.schemas.EventFactory.example(
                                    "e", dev.belay.schemas.events.Split.STUDENT, "text", 1));
            var failure = assertThrows(LabelerException.class, () -> labeler.label(List.of(input)));
            assertTrue(
                    String.valueOf(failure.getMessage()).startsWith(expected), failure::getMessage);
        }
    }

    @Test
    void anExternalLabelerHasNoParameters() {
        Labelers.check("external", CLASSES, Map.of(), 0);
        var refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Labelers.check("external", CLASSES, Map.of("a", "1"), 0));
        assertEquals("an external labeler has no parameters, found [a]", refused.getMessage());
        refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Labelers.check("external", CLASSES, Map.of(), 1));
        assertEquals(
                "an external labeler has no sources, found 1: Belay does not compute its labels",
                refused.getMessage());
    }

    /** A plug-in with every fault that is looked for. */
    public static final class Broken implements LabelerFactory {
        @Override
        public String name() {
            return "broken";
        }

        @Override
        public Labeler create(List<String> classes, Map<String, String> parameters) {
            return inputs ->
                    switch (parameters.getOrDefault("how", "")) {
                        case "length" -> List.of(new float[] {1, 0, 0});
                        case "sum" -> List.of(new float[] {0.5f, 0.25f});
                        case "count" -> List.of();
                        default -> throw new IllegalStateException("no luck");
                    };
        }
    }
}
