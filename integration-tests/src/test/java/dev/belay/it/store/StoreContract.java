package dev.belay.it.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.Hashing;
import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.CheckpointStore.Kind;
import dev.belay.models.store.CheckpointStore.StoredFile;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every {@link CheckpointStore} owes. */
abstract class StoreContract {
    private static final String MODEL = "sst2/bow#0@1";
    private static final byte[] BYTES = {1, 2, 3};

    /** An empty store, the same one for the whole of a test. */
    abstract CheckpointStore store();

    /** Writes other bytes behind the store's back. */
    abstract void alter(String uri, byte[] bytes) throws Exception;

    /** A well-formed URI of a file that is not this store's. */
    abstract String elsewhere(String uri);

    @Test
    void whatWasPutIsFoundUnderANameMadeOfItsContent() {
        StoredFile file = store().put(MODEL, 16, Kind.WEIGHTS, BYTES);
        assertTrue(
                file.uri()
                        .endsWith(
                                "sst2/bow.0.1/00000016-weights-"
                                        + Hashing.sha256().hashBytes(BYTES).toString()
                                        + ".safetensors"),
                file::uri);
        assertArrayEquals(BYTES, store().get(file.uri(), file.sha256()));
    }

    @Test
    void aLargeFileAndAnEmptyOneComeBackWhole() {
        byte[] large = new byte[12_345_678];
        new Random(3).nextBytes(large);
        StoredFile state = store().put(MODEL, 1, Kind.STATE, large);
        StoredFile none = store().put(MODEL, 1, Kind.PROVENANCE, new byte[0]);
        assertArrayEquals(large, store().get(state.uri(), state.sha256()));
        assertArrayEquals(new byte[0], store().get(none.uri(), none.sha256()));
    }

    @Test
    void sameBytesAgainChangeNothingOthersAreAnotherFile() {
        StoredFile first = store().put(MODEL, 1, Kind.STATE, BYTES);
        assertEquals(first, store().put(MODEL, 1, Kind.STATE, BYTES));
        assertEquals(List.of(first), store().list(MODEL));
        assertNotEquals(first, store().put(MODEL, 1, Kind.STATE, new byte[] {4}));
        assertEquals(2, store().list(MODEL).size());
    }

    @Test
    void allFilesOfAModelAreListedAndNoOthers() {
        List<StoredFile> files = new ArrayList<>();
        for (int number = 1; number <= 1_001; number++) { // more than a page of S3's
            files.add(store().put(MODEL, number, Kind.WEIGHTS, BYTES));
        }
        files.add(store().put(MODEL, 1, Kind.PROVENANCE, BYTES));
        store().put("sst2/bow#0@11", 1, Kind.WEIGHTS, BYTES);
        files.sort(Comparator.comparing(StoredFile::uri));
        assertEquals(files, store().list(MODEL));
        assertEquals(List.of(), store().list("sst2/bow#1@1"));
    }

    @Test
    void whatWasDeletedIsGoneAndMayBeDeletedAgain() {
        StoredFile file = store().put(MODEL, 1, Kind.WEIGHTS, BYTES);
        store().delete(file.uri());
        store().delete(file.uri());
        assertEquals(List.of(), store().list(MODEL));
        var e =
                assertThrows(
                        UncheckedIOException.class, () -> store().get(file.uri(), file.sha256()));
        assertInstanceOf(NoSuchFileException.class, e.getCause());
        assertTrue(String.valueOf(e.getMessage()).contains(file.uri()), e::getMessage);
        assertTrue(
                String.valueOf(e.getMessage()).endsWith("the same setting 'store'"), e::toString);
    }

    @Test
    void anAlteredFileIsRefusedAndMendedByPuttingItAgain() throws Exception {
        StoredFile file = store().put(MODEL, 1, Kind.WEIGHTS, BYTES);
        for (byte[] other : List.of(new byte[] {1, 2, 4}, new byte[] {1, 2})) {
            alter(file.uri(), other);
            var e =
                    assertThrows(
                            MalformedCheckpointException.class,
                            () -> store().get(file.uri(), file.sha256()));
            assertTrue(String.valueOf(e.getMessage()).contains("expected " + file.sha256()));
        }
        store().put(MODEL, 1, Kind.WEIGHTS, BYTES);
        assertArrayEquals(BYTES, store().get(file.uri(), file.sha256()));
    }

    @Test
    void aUriOfAnotherPlaceIsRefused() {
        StoredFile file = store().put(MODEL, 1, Kind.WEIGHTS, BYTES);
        String name = file.uri().substring(file.uri().indexOf("sst2/"));
        for (String uri :
                List.of(
                        elsewhere(file.uri()),
                        file.uri().replace(name, "../" + name),
                        file.uri().replace(name, "x/../../" + name),
                        "http://127.0.0.1/" + name,
                        "ftp://" + name,
                        name,
                        "")) {
            assertThrows(
                    MalformedCheckpointException.class,
                    () -> store().get(uri, file.sha256()),
                    () -> "'" + uri + "'");
        }
    }

    @Test
    void anIdThatIsNoModelsIsRefused() {
        for (String id : List.of("sst2/bow#0", "../bow#0@1", "a/b/c#0@1", ""))
            assertThrows(IllegalArgumentException.class, () -> store().list(id), id);
    }
}
