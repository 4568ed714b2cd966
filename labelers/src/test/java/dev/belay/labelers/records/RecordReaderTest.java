package dev.belay.labelers.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.belay.schemas.EventCodec;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Split;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
