package dev.belay.trainers.checkpoints;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.Provenance;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.State;
import dev.belay.trainers.Specs;
import dev.belay.trainers.checkpoints.CheckpointWriter.CheckpointFiles;
import dev.belay.trainers.status.RunMeters;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CheckpointWriterTest {
    private final ModelSpec spec = Specs.of("fake", Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0, 1);
    private final Clients clients =
            new Clients(
                    Settings.of(Map.of()),
                    new SimpleMeterRegistry(),
                    new MockSchemaRegistryClient());
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final MemoryStore store = new MemoryStore();
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final List<String> steps = new ArrayList<>();
    private final CheckpointWriter writer;

    CheckpointWriterTest() {
        producer.initTransactions();
        var transaction =
                new CheckpointTransaction(
                        spec,
                        clients,
                        store,
                        producer,
                        (step, model, number) -> steps.add(number + " " + step));
        var meters = new RunMeters(clients.meters(), spec.getId());
        writer = new CheckpointWriter(spec, transaction, meters, tasks::add, CheckpointFiles.NONE);
    }

    @Test
    void whoeverHandsInGoesOnAndTheFilesAreThereBeforeTheTransaction() {
        // When
        writer.begin(learned(1, State.LEARNING, files(1)));
        // Then
        assertFalse(writer.isSettled());
        assertFalse(writer.hasWritten());
        assertEquals(List.of(), steps);
        // When
        tasks.remove().run();
        // Then
        writer.settle();
        assertTrue(writer.hasWritten());
        assertEquals(
                List.of("1 WEIGHTS_STORED", "1 STORED", "1 BEGUN", "1 SENT", "1 COMMITTED"), steps);
        assertEquals(1, producer.commitCount());
        assertEquals(1, checkpoints().get(0).getNumber());
    }

    @Test
    void eachNamesTheOneBeforeItAndAFailureTheFilesOfTheLastGoodOne() {
        // When
        for (int number = 1; number <= 2; number++) {
            writer.begin(learned(number, State.LEARNING, files(number)));
            tasks.remove().run();
        }
        writer.begin(learned(3, State.FAILED, null));
        tasks.remove().run();
        writer.settle();
        // Then
        List<Checkpoint> events = checkpoints();
        byte[] second = store.get(events.get(1).getProvenanceUri(), "");
        assertEquals(
                new Provenance.Parent(1, events.get(0).getWeightsSha256()),
                Provenance.parse(second).parent());
        assertEquals(State.FAILED, events.get(2).getState());
        assertEquals(3, events.get(2).getNumber());
        assertEquals(events.get(1).getWeightsUri(), events.get(2).getWeightsUri());
        assertEquals(events.get(1).getStateUri(), events.get(2).getStateUri());
    }

    @Test
    void onceOneHasFailedNothingMoreIsWritten() {
        // Given
        store.full = true;
        writer.begin(learned(1, State.LEARNING, files(1)));
        tasks.remove().run();
        store.full = false;
        // When
        var first = assertThrows(UncheckedIOException.class, writer::settle);
        var second =
                assertThrows(
                        UncheckedIOException.class,
                        () -> writer.begin(learned(2, State.LEARNING, files(2))));
        // Then
        assertSame(first, second);
        assertTrue(tasks.isEmpty());
        assertFalse(writer.hasWritten());
        writer.close();
        assertEquals(0, producer.commitCount());
        assertTrue(producer.closed());
    }

    private PendingCheckpoint learned(
            long number, State state, PendingCheckpoint.@Nullable Files files) {
        return new PendingCheckpoint(
                new TrainingPosition(
                        number,
                        number * 10,
                        new long[] {number, number, number, number},
                        0,
                        List.of()),
                state,
                files == null ? "diverged" : null,
                new long[4],
                List.of(),
                null,
                files,
                List.of());
    }

    private static PendingCheckpoint.Files files(int number) {
        return new PendingCheckpoint.Files(
                new byte[] {1, (byte) number}, new byte[] {2, (byte) number});
    }

    private List<Checkpoint> checkpoints() {
        return producer.history().stream()
                .filter(sent -> sent.topic().equals(clients.topics().checkpoints()))
                .map(sent -> clients.codec().decode(sent.topic(), sent.value(), Checkpoint.class))
                .toList();
    }

    private static final class MemoryStore implements CheckpointStore {
        private final Map<String, byte[]> files = new HashMap<>();
        private boolean full;

        @Override
        public StoredFile put(String modelId, long number, Kind kind, byte[] bytes) {
            if (full) {
                throw new UncheckedIOException(new IOException("No space left on device"));
            }
            String sha256 = "%032x%032x".formatted(number, kind.name().length());
            files.put("memory:" + sha256, bytes);
            return new StoredFile("memory:" + sha256, sha256);
        }

        @Override
        public byte[] get(String uri, String sha256) {
            byte[] bytes = files.get(uri);
            if (bytes == null) {
                throw new IllegalArgumentException("no file " + uri);
            }
            return bytes;
        }

        @Override
        public List<StoredFile> list(String modelId) {
            return List.of();
        }

        @Override
        public void delete(String uri) {
            files.remove(uri);
        }
    }
}
