package dev.belay.models.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.Hashing;
import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.store.CheckpointStore.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryStoreTest {
    private static final String MODEL = "sst2/bow#0@1";
    private static final byte[] BYTES = {1, 2, 3};

    @TempDir Path directory;
    private Path root;
    private DirectoryStore store;

    @BeforeEach
    void open() {
        root = directory.resolve("store");
        store = new DirectoryStore(root);
    }

    @Test
    void whatWasPutIsFoundAlsoWhenTheStoreHasMoved() throws IOException {
        // Given
        var file = store.put(MODEL, 16, Kind.WEIGHTS, BYTES);
        assertEquals(
                "file:sst2/bow.0.1/00000016-weights-" + file.sha256() + ".safetensors", file.uri());
        // When
        Path moved = Files.move(root, directory.resolve("moved"));
        // Then
        assertArrayEquals(BYTES, new DirectoryStore(moved).get(file.uri(), file.sha256()));
    }

    @Test
    void sameBytesAgainChangeNothing() {
        var first = store.put(MODEL, 1, Kind.STATE, BYTES);
        assertEquals(first, store.put(MODEL, 1, Kind.STATE, BYTES));
        assertEquals(List.of(first), store.list(MODEL));
    }

    @Test
    void aFileThatIsNotThereNamesTheStoreAndTheSetting() throws IOException {
        var file = store.put(MODEL, 1, Kind.WEIGHTS, BYTES);
        Path other = directory.resolve("other");
        var e =
                assertThrows(
                        UncheckedIOException.class,
                        () -> new DirectoryStore(other).get(file.uri(), file.sha256()));
        assertEquals(
                "checkpoint file "
                        + file.uri()
                        + " is not in the store "
                        + other.toRealPath()
                        + "; expected the store it was written to: every service needs the same"
                        + " setting 'store'",
                e.getMessage());
    }

    @Test
    void alteredFileIsRefused() throws IOException {
        var file = store.put(MODEL, 1, Kind.WEIGHTS, BYTES);
        Files.write(root.resolve(file.uri().substring(5)), new byte[] {1, 2, 4});
        var e =
                assertThrows(
                        MalformedCheckpointException.class,
                        () -> store.get(file.uri(), file.sha256()));
        assertTrue(String.valueOf(e.getMessage()).contains("expected " + file.sha256()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://host/x",
                "file:../secret",
                "file:sst2/../../secret",
                "file:link/secret",
                "file:///etc/hostname",
                "no uri",
                "file:"
            })
    void uriThatLeavesTheStoreIsRefused(String uri) throws IOException {
        Path outside = Files.createDirectories(directory.resolve("outside"));
        Files.write(outside.resolve("secret"), BYTES);
        Files.write(directory.resolve("secret"), BYTES);
        Files.createSymbolicLink(root.resolve("link"), outside);
        assertThrows(
                MalformedCheckpointException.class,
                () -> store.get(uri, Hashing.sha256().hashBytes(BYTES).toString()));
        if (!uri.equals("file:"))
            assertThrows(MalformedCheckpointException.class, () -> store.delete(uri));
        assertTrue(Files.exists(outside.resolve("secret")));
    }

    @Test
    void absoluteUriUnderTheRootIsRead() {
        var file = store.put(MODEL, 1, Kind.WEIGHTS, BYTES);
        String absolute = root.resolve(file.uri().substring(5)).toUri().toString();
        assertArrayEquals(BYTES, store.get(absolute, file.sha256()));
    }

    @Test
    void unfinishedFilesAreListedAndCanBeDeleted() throws IOException {
        // Given
        var kept = store.put(MODEL, 1, Kind.WEIGHTS, BYTES);
        Path aside = root.resolve("sst2/bow.0.1/00000002-weights-x.safetensors.1.aside");
        Files.write(aside, BYTES);
        // When
        for (var file : store.list(MODEL)) if (!file.equals(kept)) store.delete(file.uri());
        // Then
        assertEquals(List.of(kept), store.list(MODEL));
        assertTrue(Files.notExists(aside));
    }

    @Test
    void storeThatCannotBeWrittenSaysWhich() throws IOException {
        Files.write(root.resolve("sst2"), BYTES); // a file where the directory should be
        var e =
                assertThrows(
                        UncheckedIOException.class, () -> store.put(MODEL, 1, Kind.WEIGHTS, BYTES));
        assertTrue(String.valueOf(e.getMessage()).contains("cannot store 3 bytes"));
    }

    @Test
    void missingFileIsAnIoError() {
        assertThrows(
                UncheckedIOException.class,
                () -> store.get("file:sst2/none", Hashing.sha256().hashBytes(BYTES).toString()));
    }
}
