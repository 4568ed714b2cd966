package dev.belay.aggregators.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

class ReleasedSweepsTest {
    private final MockProcessorContext<String, String> context = new MockProcessorContext<>();
    private final KeyValueStore<String, byte[]> store =
            Stores.keyValueStoreBuilder(
                            Stores.inMemoryKeyValueStore("blocks"),
                            Serdes.String(),
                            Serdes.ByteArray())
                    .withLoggingDisabled()
                    .build();

    ReleasedSweepsTest() {
        store.init(context.getStateStoreContext(), store);
    }

    @Test
    void itIsTheSetThatWasAddedAlsoWhenReadAgain() {
        // Given
        Random random = new Random(3);
        TreeSet<Long> expected = new TreeSet<>();
        ReleasedSweeps released = new ReleasedSweeps(store);
        for (int i = 0; i < 60; i++) {
            // When
            long number = random.nextInt(80);
            released.add("m", number);
            expected.add(number);
            // Then
            for (ReleasedSweeps any : List.of(released, new ReleasedSweeps(store))) {
                for (long k = -1; k <= 81; k++) {
                    assertEquals(expected.contains(k), any.contains("m", k), "number " + k);
                }
                assertEquals(expected.last(), any.newest("m"));
                assertFalse(any.contains("other", number));
            }
        }
        // And neighbours share an entry
        long runs = expected.stream().filter(k -> !expected.contains(k - 1)).count();
        assertEquals(runs, store.approximateNumEntries());
    }

    @Test
    void ofAModelThatNobodyReleasedThereIsNoNewest() {
        assertEquals(-1, new ReleasedSweeps(store).newest("m"));
    }
}
