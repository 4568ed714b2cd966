package dev.belay.it.trainers;

import dev.belay.models.store.CheckpointStore;
import java.util.List;

/** A store that does what another does; to be overridden where it should not. */
abstract class ForwardingStore implements CheckpointStore {
    private final CheckpointStore inner;

    ForwardingStore(CheckpointStore inner) {
        this.inner = inner;
    }

    @Override
    public StoredFile put(String modelId, long number, Kind kind, byte[] bytes) {
        return inner.put(modelId, number, kind, bytes);
    }

    @Override
    public byte[] get(String uri, String sha256) {
        return inner.get(uri, sha256);
    }

    @Override
    public List<StoredFile> list(String modelId) {
        return inner.list(modelId);
    }

    @Override
    public void delete(String uri) {
        inner.delete(uri);
    }
}
