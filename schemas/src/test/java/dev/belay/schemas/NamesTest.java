package dev.belay.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    @Test
    void aModelIdComesBackAsItWas() {
        ModelId id = new ModelId("sst2", "conf-75", 3, 1);
        assertEquals("sst2/conf-75#3@1", id.toString());
        assertEquals(id, ModelId.parse(id.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "a/b#0", "a/b#-1@0", "A/b#0@0", "a/b#0@0 ", "a/b/c#0@0"})
    void whatIsNoModelIdIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> ModelId.parse(text));
    }

    @Test
    void aRefusedNameComesWithOneThatIsValid() {
        assertEquals(
                "task.name must match [a-z0-9-]+, found 'ag_news'; name it 'ag-news'",
                refusal("ag_news"));
        assertTrue(refusal("_My  Demo_").endsWith("found '_My  Demo_'; name it 'my-demo'"));
        assertTrue(refusal("__").endsWith("found '__'"), refusal("__"));
    }

    private static String refusal(String name) {
        var error =
                assertThrows(
                        IllegalArgumentException.class, () -> Names.require("task.name", name));
        return String.valueOf(error.getMessage());
    }

    @Test
    void namesFitIntoTheNamesOfTopics() {
        String longest = "n".repeat(Names.MOST_CHARS);
        ModelId id = new ModelId(longest, longest, 999_999_999_999_999_999L, 0);
        String topic = Topics.defaults().labels(longest, id.toString());
        assertTrue(topic.length() <= 249, topic);
        assertThrows(IllegalArgumentException.class, () -> ModelId.parse("e/" + longest + "n#0@0"));
    }

    @Test
    void labelsOfAllRunsAndOfTruthHaveTopics() {
        Topics topics = Topics.defaults();
        assertEquals("belay.t.labels.e.bow.0", topics.labels("t", "e/bow#0@7"));
        assertEquals("belay.t.labels.truth", topics.labels("t", "truth"));
    }

    @Test
    void aRenamedTopicHasItsNameWithoutPrefix() {
        Topics topics = new Topics("x.", Map.of("t.examples", "existing"));
        assertEquals("existing", topics.examples("t"));
        assertEquals("x.t.truth", topics.truth("t"));
    }

    @Test
    void theHashNeverChanges() {
        // sha256("order:0|ex-1"), first 8 bytes; computed outside of this program
        assertEquals("391307343b5be997", Long.toHexString(IdHash.bits("order:0", "ex-1")));
    }

    @Test
    void drawsFollowTheShareAndDifferBySeed() {
        int both = 0;
        int first = 0;
        for (int i = 0; i < 10_000; i++) {
            boolean zero = IdHash.drawn(0, "id" + i, 0.25);
            first += zero ? 1 : 0;
            both += zero && IdHash.drawn(1, "id" + i, 0.25) ? 1 : 0;
        }
        assertEquals(2500, first, 200);
        assertEquals(625, both, 100);
        assertTrue(IdHash.drawn(0, "any", 1.0));
    }
}
