package dev.belay.labelers.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.labelers.FakeLog;
import dev.belay.schemas.EventCodec;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class StreamTimeTest {
    private static final Set<Integer> HELD = Set.of(0);
    private static final TopicPartition AT = new TopicPartition("t", 0);

    private final FakeLog log = new FakeLog(new EventCodec(new MockSchemaRegistryClient()));
    private final List<MockConsumer<byte[], byte[]>> opened = new ArrayList<>();
    private final StreamTime time =
            new StreamTime(
                    () -> {
                        opened.add(log.consumer());
                        return opened.get(opened.size() - 1);
                    },
                    AT.topic());

    @Test
    void aTimeHasPassedOnceARecordHasItOrALaterOne() {
        log.at("t", 1_000);
        assertFalse(time.hasPassed(0, 0, 1_000)); // not read yet
        assertTrue(time.follow(HELD));
        assertTrue(time.hasPassed(0, 0, 1_000));
        assertFalse(time.hasPassed(0, 0, 1_001));
        log.at("t", 500); // rises only
        assertTrue(time.follow(HELD));
        assertFalse(time.hasPassed(0, 0, 1_001));
        assertTrue(time.hasPassed(0, 0, 1_000));
        log.at("t", 5_000);
        assertTrue(time.follow(HELD));
        assertTrue(time.hasPassed(0, 0, 1_001));
    }

    @Test
    void itReadsFromTheExampleThatWaitsAndOnlyWhileOneWaits() {
        for (int i = 0; i < 10; i++) {
            log.at("t", 100L * i);
        }
        // nothing is opened before it is asked for
        assertFalse(time.follow(HELD));
        assertEquals(0, opened.size());
        assertFalse(time.hasPassed(0, 4, 700));
        assertEquals(4, opened.get(0).position(AT));
        assertTrue(time.follow(HELD));
        assertTrue(time.hasPassed(0, 4, 700));
        log.at("t", 2_000);
        assertFalse(time.follow(HELD)); // nobody waits
        assertEquals(10, opened.get(0).position(AT));
        assertFalse(time.hasPassed(0, 5, 1_000));
        assertTrue(time.follow(HELD));
        assertEquals(11, opened.get(0).position(AT));
    }

    @Test
    void aPartitionThatWasTakenAwayIsForgotten() {
        log.at("t", 1_000);
        assertFalse(time.hasPassed(0, 0, 1_000));
        assertTrue(time.follow(HELD));
        assertFalse(time.follow(Set.of()));
        assertEquals(Set.of(), opened.get(0).assignment());
        assertFalse(time.hasPassed(0, 0, 1_000));
        assertTrue(time.follow(HELD));
        assertTrue(time.hasPassed(0, 0, 1_000));
        time.close();
        assertTrue(opened.get(0).closed());
    }
}
