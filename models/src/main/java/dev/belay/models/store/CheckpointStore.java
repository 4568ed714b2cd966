package dev.belay.models.store;

import dev.belay.models.checkpoint.MalformedCheckpointException;
import java.util.List;
import java.util.Locale;

/**
 * Keeps checkpoint files. What {@link #put} returned is there, whole and on disk, whatever happens
 * to the process afterwards. Safe for use by many threads and processes.
 */
public interface CheckpointStore {
    /** Largest file read, 1 GiB. */
    long MAX_BYTES = 1L << 30;

    /** The files of a checkpoint; more kinds may come. */
    enum Kind {
        /** What predicts; safetensors. */
        WEIGHTS("safetensors"),
        /** What training needs besides to go on; safetensors. */
        STATE("safetensors"),
        /** Where the checkpoint came from: a {@link Provenance}. */
        PROVENANCE("json");

        private final String extension;

        Kind(String extension) {
            this.extension = extension;
        }

        String fileName(long number, String sha256) {
            return "%08d-%s-%s.%s"
                    .formatted(number, name().toLowerCase(Locale.ROOT), sha256, extension);
        }
    }

    /**
     * A file in the store.
     *
     * @param uri how {@link #get} finds it, from any process that has the store
     * @param sha256 of its bytes, 64 lower-case hexadecimal digits
     */
    record StoredFile(String uri, String sha256) {}

    /**
     * Stores a file under a name made of its checkpoint and its SHA-256. The same bytes again
     * change nothing and give the same URI.
     *
     * @param modelId {@code experiment/model#seed@run}
     * @param number of the checkpoint, at least 0
     * @throws java.io.UncheckedIOException if it can't be stored; then it is not there
     */
    StoredFile put(String modelId, long number, Kind kind, byte[] bytes);

    /**
     * Reads a file and checks it.
     *
     * @throws MalformedCheckpointException if the URI is not one of this store's, or the bytes have
     *     another SHA-256
     * @throws java.io.UncheckedIOException if it can't be read; its cause is a {@link
     *     java.nio.file.NoSuchFileException} where there is no such file
     */
    byte[] get(String uri, String sha256);

    /**
     * All files of a model, by name, also what a killed writer left unfinished: for finding
     * orphans. SHA-256 as the name claims, not checked.
     */
    List<StoredFile> list(String modelId);

    /** Removes a file; nothing happens if it is not there. */
    void delete(String uri);
}
