package dev.belay.it.store;

import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.CheckpointStores;
import dev.belay.models.store.S3Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStoreIT extends StoreContract {
    @TempDir Path root;
    private CheckpointStore store;

    @BeforeEach
    void open() {
        store = CheckpointStores.open(root.toString(), S3Store.Options.aws());
    }

    @Override
    CheckpointStore store() {
        return store;
    }

    @Override
    void alter(String uri, byte[] bytes) throws IOException {
        Files.write(root.resolve(uri.substring("file:".length())), bytes);
    }

    @Override
    String elsewhere(String uri) {
        return "file:///etc/hostname";
    }
}
