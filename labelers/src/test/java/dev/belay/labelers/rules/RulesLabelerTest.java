package dev.belay.labelers.rules;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.belay.labelers.Events;
import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerContract;
import dev.belay.labelers.api.LabelerInput;
import dev.belay.labelers.api.Labelers;
import dev.belay.labelers.api.SpecEvents;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RulesLabelerTest extends LabelerContract {
    private static final Map<String, String> PARAMETERS =
            Map.of(
                    "patterns", "{\"no\":[\"\\\\bnot?\\\\b\",\"^never\"],\"yes\":[\"\\\\bsure\"]}",
                    "keywords", "{\"yes\":[\"of course\",\"größe\"]}");

    @Override
    protected String kind() {
        return "rules";
    }

    @Override
    protected Map<String, String> parameters() {
        return PARAMETERS;
    }

    @Override
    protected List<LabelerInput> inputs() {
        List<LabelerInput> inputs = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            String words =
                    (i % 2 == 0 ? "no " : "")
                            + (i % 3 == 0 ? "surely " : "")
                            + (i % 5 == 0 ? "of course " : "");
            inputs.add(text(words + "text " + i));
        }
        return inputs;
    }

    @Test
    void theDistributionIsTheShareOfVotesAndAbstainsWithout() {
        assertAnswer(PARAMETERS, "No, not that", 1, 0, 0); // one rule votes once
        assertAnswer(PARAMETERS, "never, not", 1, 0, 0);
        assertAnswer(PARAMETERS, "no, surely", 0.5f, 0.5f, 0);
        assertAnswer(PARAMETERS, "surely, of course, no", 1 / 3f, 2 / 3f, 0);
        assertAnswer(PARAMETERS, "nothing of it");
        assertAnswer(PARAMETERS, "");
    }

    @Test
    void inAChoiceExampleARuleSharesItsVoteAmongTheOptionsThatContainIt() {
        Map<String, String> rules =
                Map.of("keywords", "[\"good\",\"yes\"]", "patterns", "[\"fine$\"]");
        assertChoice(rules, List.of("bad", "good", "no"), 0, 1, 0);
        assertChoice(rules, List.of("yes, good", "Good", "no"), .75f, .25f, 0);
        assertChoice(rules, List.of("so fine", "good", "goods"), .5f, .5f, 0);
        // in all options or in none: says nothing
        assertChoice(rules, List.of("good", "good, yes"), 0, 1);
        assertChoice(rules, List.of("good", "good"));
        assertChoice(rules, List.of("a", "b"));
        Map<String, String> first = new TreeMap<>(rules);
        first.put("combine", "first");
        assertChoice(first, List.of("so fine", "good"), 1, 0);
    }

    @Test
    void rulesOfChoiceAreListsAndRulesOfClassesAreNot() {
        for (String json : List.of("{\"no\":[\"a\"]}", "[\" \"]")) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Labelers.check("rules", List.of(), Map.of("keywords", json), 0));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> Labelers.check("rules", CLASSES, Map.of("keywords", "[\"a\"]"), 0));
    }

    private static void assertChoice(
            Map<String, String> parameters, List<String> options, float... expected) {
        Example example = Events.choice("e", Split.STUDENT, options.toArray(new String[0]));
        try (Labeler labeler = Labelers.open(SpecEvents.spec("rules", List.of(), parameters, 0))) {
            assertArrayEquals(
                    expected, labeler.label(List.of(LabelerInput.of(example))).get(0), 1e-6f);
        }
    }

    @Test
    void keywordsAreWholeWordsAndCaseIsIgnoredInAllOfUnicode() {
        assertAnswer(PARAMETERS, "OF COURSE.", 0, 1, 0);
        assertAnswer(PARAMETERS, "off course");
        assertAnswer(PARAMETERS, "GRÖßE!", 0, 1, 0);
        assertAnswer(PARAMETERS, "Größen");
        assertAnswer(with("ignore-case", "false"), "OF COURSE");
        assertAnswer(with("ignore-case", "false"), "of course", 0, 1, 0);
    }

    @Test
    void withFirstTheFirstRuleThatIsFoundDecides() {
        Map<String, String> first = with("combine", "first");
        assertAnswer(first, "surely, of course, no", 1, 0, 0);
        assertAnswer(first, "surely, of course", 0, 1, 0);
        assertAnswer(first, "text");
    }

    @Test
    void whatIsWrongIsNamed() {
        assertRefused(
                Map.of(),
                "no rules, expected patterns or keywords, such as keywords: {no: [a, b]}");
        assertRefused(
                Map.of("patterns", "{\"maybe\":[\"a\"]}"),
                "patterns: found class 'maybe', expected one of [no, yes, unsure]");
        assertRefused(
                Map.of("patterns", "{\"no\":[\"(\"]}"),
                "patterns: found '(', which is no regular expression: Unclosed group");
        assertRefused(
                Map.of("keywords", "{\"no\":\"a\"}"),
                "keywords: found {\"no\":\"a\"}, expected a list of texts for each class");
        assertRefused(
                Map.of("keywords", "{\"no\":[\" \"]}"),
                "keywords: found an empty text for class 'no'");
        assertRefused(
                with("combine", "all"), "combine: found 'all', expected one of [first, majority]");
        assertRefused(
                with("ignore-case", "no"),
                "ignore-case: found 'no', expected one of [false, true]");
    }

    private static Map<String, String> with(String key, String value) {
        Map<String, String> more = new TreeMap<>(PARAMETERS);
        more.put(key, value);
        return more;
    }

    private static void assertAnswer(
            Map<String, String> parameters, String text, float... expected) {
        try (Labeler labeler = new RulesFactory().create(CLASSES, parameters)) {
            assertArrayEquals(expected, labeler.label(List.of(text(text))).get(0), text);
        }
    }

    private static void assertRefused(Map<String, String> parameters, String expected) {
        var refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new RulesFactory().create(CLASSES, parameters));
        assertEquals(expected, refused.getMessage());
    }
}
