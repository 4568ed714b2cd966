package dev.belay.models.store;

import dev.belay.models.checkpoint.MalformedCheckpointException;
import java.util.List;
import java.util.Locale;

/**
 * Stores checkpoint files. When {@link #put} returns, the file is complete and durable. Safe for
 * use by many threads and processes.
 */
public interface CheckpointStore {
    /** Largest file read, 1 GiB. */
    long MAX_BYTES = 1L << 30;

    /** The files of a checkpoint. */
    enum Kind {
        /** What predictions need; safetensors. */
        WEIGHTS("safetensors"),
        /** What training needs in addition to resume; safetensors. */
        STATE("safetensors"),
        /** The checkpoint's {@link Provenance}. */
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
     * @param uri for {@link #get}, in any process with the same store
     * @param sha256 of its bytes, 64 lower-case hexadecimal digits
     */
    record StoredFile(String uri, String sha256) {}

    /**
     * Stores a file under a name with its checkpoint and its SHA-256. Storing the same bytes again
     * changes nothing and returns the same URI.
     *
     * @param modelId {@code experiment/model#seed@run}
     * @param number of the checkpoint, at least 0
     * @throws java.io.UncheckedIOException if it can't be stored; it is then absent
     */
    StoredFile put(String modelId, long number, Kind kind, byte[] bytes);

    /**
     * Reads a file and checks it.
     *
     * @throws MalformedCheckpointException if the URI is not one of this store's, or the bytes have
     *     another SHA-256
     * @throws java.io.UncheckedIOException if it can't be read; its cause is a {@link
     *     java.nio.file.NoSuchFileException} if the file does not exist
     */
    byte[] get(String uri, String sha256);

    /**
     * All files of a model, by name, including incomplete ones of killed writers: for finding
     * orphans. SHA-256 as in the name, not verified.
     */
    List<StoredFile> list(String modelId);

    /** Deletes a file if it exists. */
    void delete(String uri);
}
