package dev.belay.producers.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.StrictJson;
import java.util.List;
import net.thisptr.jackson.jq.Scope;
import org.junit.jupiter.api.Test;

class ExpressionTest {
    private static final List<String> VALUES =
            List.of(
                    "{\"a\": {\"b\": {\"c\": 7}}}",
                    "{\"a\": {\"b\": null}}",
                    "{\"a\": {}}",
                    "{\"a\": null}",
                    "{}",
                    "null",
                    "{\"a\": {\"b\": {\"c\": 2.0}}}",
                    "{\"a\": {\"b\": {\"c\": [1, {\"d\": \"e\"}]}}}",
                    "{\"a\": 3}",
                    "{\"a\": {\"b\": \"text\"}}",
                    "{\"a\": [{\"b\": 1}]}",
                    "[1]",
                    "\"text\"",
                    "true");

    @Test
    void aPlainPathGivesWhatJqGives() throws JsonProcessingException {
        for (String path : List.of(".a", ".a.b", ".a.b.c", ".a.b.c.d", ".missing")) {
            for (String value : VALUES) {
                // in parentheses it is no plain path
                String expected = result("(" + path + ")", value);
                assertEquals(expected.replace("(" + path + ")", path), result(path, value), value);
            }
        }
    }

    @Test
    void variablesAreMadeOnlyForExpressionsThatHaveSome() {
        Scope scope = Expression.scope();
        scope.setValue("key", JsonNodeFactory.instance.textNode("k"));
        JsonNode value = StrictJson.MAPPER.createObjectNode().put("a", 1);
        assertEquals("k", of("$key").result("s", value, () -> scope).textValue());
        assertEquals(2, of("(.a + 1)").result("s", value, ExpressionTest::unwanted).intValue());
        assertEquals(1, of(".a").result("s", value, ExpressionTest::unwanted).intValue());
    }

    @Test
    void anExpressionWithoutOneResultIsAnErrorThatNamesIt() {
        JsonNode value = StrictJson.MAPPER.createArrayNode().add(1).add(2);
        for (String text : List.of(".[]", "(empty)", ".a")) {
            String message =
                    assertThrows(
                                    DataException.class,
                                    () -> of(text).result("topic t", value, Expression::scope))
                            .toString();
            assertTrue(message.contains("topic t: found "), message);
            assertTrue(message.contains("'" + text + "'"), message);
        }
        assertThrows(IllegalArgumentException.class, () -> of("(.a"));
    }

    private static Expression of(String text) {
        return new Expression(text, text);
    }

    private static Scope unwanted() {
        throw new AssertionError("no variables are needed");
    }

    /** The result as JSON, or the message of the error. */
    private static String result(String text, String value) throws JsonProcessingException {
        try {
            JsonNode node = StrictJson.MAPPER.readTree(value);
            return of(text).result("s", node, Expression::scope).toString();
        } catch (DataException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
