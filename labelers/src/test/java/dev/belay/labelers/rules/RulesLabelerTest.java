package dev.belay.labelers.rules;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerContract;
import dev.belay.labelers.api.LabelerInput;
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
