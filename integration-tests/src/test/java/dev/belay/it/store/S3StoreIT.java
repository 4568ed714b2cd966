package dev.belay.it.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.CheckpointStore.Kind;
import dev.belay.models.store.CheckpointStores;
import dev.belay.models.store.S3Store;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3StoreIT extends StoreContract {
    private static final String MODEL = "sst2/bow#0@1";
    private static final byte[] BYTES = {1, 2, 3};

    private S3Server server;
    private CheckpointStore store;

    @BeforeEach
    void open() throws Exception {
        server = S3Server.start();
        store = CheckpointStores.open("s3://models/team/belay", server.options());
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Override
    CheckpointStore store() {
        return store;
    }

    @Override
    void alter(String uri, byte[] bytes) {
        server.alter(uri, bytes);
    }

    @Override
    String elsewhere(String uri) {
        return uri.replace("/team/", "/others/");
    }

    @Test
    void theUriSaysBucketAndPrefix() {
        String uri = store.put(MODEL, 1, Kind.WEIGHTS, BYTES).uri();
        assertTrue(uri.startsWith("s3://models/team/belay/sst2/bow.0.1/00000001-weights-"), uri);
        var whole = CheckpointStores.open("s3://models", server.options());
        assertTrue(whole.put(MODEL, 1, Kind.WEIGHTS, BYTES).uri().startsWith("s3://models/sst2/"));
        assertEquals(1, store.list(MODEL).size(), "prefixes are stores of their own");
    }

    @Test
    void aServerThatIsDownIsAnIoErrorAndAllIsThereWhenItIsBack() throws Exception {
        // Given
        var file = store.put(MODEL, 1, Kind.WEIGHTS, BYTES);
        // When
        server.interrupt();
        // Then
        var e =
                assertThrows(
                        UncheckedIOException.class, () -> store.put(MODEL, 2, Kind.STATE, BYTES));
        assertTrue(String.valueOf(e.getMessage()).contains("s3://models/team/belay/"));
        assertThrows(UncheckedIOException.class, () -> store.get(file.uri(), file.sha256()));
        assertThrows(UncheckedIOException.class, () -> store.list(MODEL));
        assertThrows(UncheckedIOException.class, () -> store.delete(file.uri()));
        server.resume();
        assertArrayEquals(BYTES, store.get(file.uri(), file.sha256()));
        assertEquals(List.of(file), store.list(MODEL));
    }

    @Test
    void aBucketThatIsNotThereIsNamed() {
        var none = CheckpointStores.open("s3://no-such-bucket/x", server.options());
        var e =
                assertThrows(
                        UncheckedIOException.class, () -> none.put(MODEL, 1, Kind.STATE, BYTES));
        assertTrue(String.valueOf(e.getMessage()).contains("s3://no-such-bucket/x/"));
    }

    @Test
    void wrongCredentialsAreRefusedAndNotTold() {
        System.setProperty("aws.secretAccessKey", "another-secret");
        var other = CheckpointStores.open("s3://models/team/belay", server.options());
        var e =
                assertThrows(
                        UncheckedIOException.class, () -> other.put(MODEL, 1, Kind.STATE, BYTES));
        assertFalse((e + String.valueOf(e.getCause())).contains("another-secret"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"s3://", "s3://UPPER/x", "s3://models/../x", "s3://models/a//b", "gs://b/x"})
    void aLocationThatMakesNoSenseIsRefused(String location) {
        assertThrows(
                IllegalArgumentException.class,
                () -> CheckpointStores.open(location, server.options()));
    }

    @Test
    void anEndpointIsAWebAddress() {
        URI endpoint = URI.create("localhost:9000");
        assertThrows(
                IllegalArgumentException.class, () -> new S3Store.Options(endpoint, null, true));
    }
}
