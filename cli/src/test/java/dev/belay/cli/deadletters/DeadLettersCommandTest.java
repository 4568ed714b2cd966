package dev.belay.cli.deadletters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class DeadLettersCommandTest {
    private final List<StoredDeadLetter> all =
            List.of(
                    letter("tickets", "found 1 in 'id'"),
                    letter("tickets", "found 22 in 'number'"),
                    letter("belay.t.truth", "an unknown class"));

    @Test
    void eachKindOfReasonIsCountedWithItsNewestReason() throws Exception {
        StringWriter text = new StringWriter();
        DeadLettersCommand.counts(all).print(new PrintWriter(text, true), false, "none");
        assertTrue(text.toString().contains("found 22 in 'number'"), text.toString());
        assertFalse(text.toString().contains("'id'"), text.toString());
        assertEquals(3, text.toString().lines().count(), text.toString());
    }

    @Test
    void topicsThatAreNotBelaysAreShared() {
        assertEquals(Map.of("tickets", 2L), DeadLettersCommand.sharedTopics(all, "belay."));
    }

    @Test
    void deadLettersOfASourceAreSelectedByTheirTask() {
        assertTrue(all.get(0).matches(null, null, "t"));
        assertFalse(all.get(0).matches(null, null, "other"));
    }

    private static StoredDeadLetter letter(String topic, String reason) {
        var record = new ConsumerRecord<byte[], byte[]>("dead-letters", 0, 0, null, null);
        Map.of("topic", topic, "reason", reason, "service", "producer", "task", "t")
                .forEach(
                        (name, value) ->
                                record.headers()
                                        .add(
                                                "belay." + name,
                                                value.getBytes(StandardCharsets.UTF_8)));
        return new StoredDeadLetter(record, false);
    }
}
