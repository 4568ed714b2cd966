package dev.belay.trainers.checkpoints;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.models.store.CheckpointStore.Kind;
import dev.belay.models.store.CheckpointStore.StoredFile;
import dev.belay.models.store.DirectoryStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrphanFilesTest {
    private static final String MODEL = "exp/m#0@1";

    @TempDir private Path root;

    @Test
    void onlyFilesThatNobodyCanCommitAnyMoreAreOrphans() throws IOException {
        // Given
        var store = new DirectoryStore(root);
        StoredFile committed = put(store, 2, "committed");
        StoredFile left = put(store, 2, "left by a killed trainer");
        StoredFile next = put(store, 3, "the new owner's, not committed yet");
        Path aside = root.resolve(left.uri().substring("file:".length()) + ".1.aside");
        Files.writeString(aside, "half of it");
        // When
        List<String> orphans =
                OrphanFiles.among(store.list(MODEL), Set.of(committed.uri(), "", "else"), 2);
        // Then
        assertEquals(Set.of(left.uri(), left.uri() + ".1.aside"), Set.copyOf(orphans));
        assertEquals(List.of(), OrphanFiles.among(List.of(next), Set.of(committed.uri()), 2));
    }

    private static StoredFile put(DirectoryStore store, long number, String text) {
        return store.put(MODEL, number, Kind.WEIGHTS, text.getBytes(StandardCharsets.UTF_8));
    }
}
