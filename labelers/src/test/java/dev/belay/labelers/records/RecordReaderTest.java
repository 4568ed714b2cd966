package dev.belay.labelers.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.belay.schemas.EventCodec;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Split;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class RecordReaderTest {
    private final EventCodec codec = new EventCodec(new MockSchemaRegistryClient());

    @Test
    void anExampleWhoseInputIsInvalidIsABadRecord() throws BadRecordException {
        var good = example().setVector(List.of(1f, 2f)).build();
        assertEquals(good, reader().example(record(good)));
        var bad = example().setVector(List.of(1f, Float.POSITIVE_INFINITY)).build();
        var e = assertThrows(BadRecordException.class, () -> reader().example(record(bad)));
        assertEquals("found feature 1 = Infinity, expected a finite number", e.getMessage());
    }

    @Test
    void votesOfOtherProgramsAreChecked() throws BadRecordException {
        RecordReader.requireKind(example().setVotes(Map.of("anna", 1)).build(), 2);
        rejects(Map.of("anna", 2), "vote 2 of annotator 'anna', expected 0 to 1");
        rejects(Map.of("anna", -1), "vote -1 of annotator 'anna', expected 0 to 1");
        rejects(
                Map.of(" ", 1),
                "a vote of an annotator with a name of 1 characters, expected 1 to 64, not only spaces");
        Map<String, Integer> many = new HashMap<>();
        for (int i = 0; i < 257; i++) {
            many.put("a" + i, 0);
        }
        rejects(many, "an example with 257 votes, expected at most 256");
    }

    private static void rejects(Map<String, Integer> votes, String reason) {
        Example example = example().setVotes(votes).build();
        var e = assertThrows(BadRecordException.class, () -> RecordReader.requireKind(example, 2));
        assertEquals(reason, e.getMessage());
    }

    private RecordReader reader() {
        return new RecordReader(codec, 1);
    }

    private static Example.Builder example() {
        return Example.newBuilder(EventFactory.example("x", Split.STUDENT, "", 0));
    }

    private ConsumerRecord<byte[], byte[]> record(Example example) {
        byte[] key = example.getId().getBytes(StandardCharsets.UTF_8);
        return new ConsumerRecord<>("t", 0, 0, key, codec.encode("t", example));
    }
}
