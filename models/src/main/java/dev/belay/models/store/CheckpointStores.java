package dev.belay.models.store;

import java.nio.file.Path;

/** Opens the store that a location names. */
public final class CheckpointStores {
    private CheckpointStores() {}

    /**
     * @param location a folder, created if absent, or {@code s3://bucket/prefix}
     * @param s3 options of S3; ignored for a folder
     * @throws IllegalArgumentException when the location is neither
     * @throws java.io.UncheckedIOException when the folder can't be created
     */
    public static CheckpointStore open(String location, S3Store.Options s3) {
        if (location.startsWith(S3Store.SCHEME)) return new S3Store(location, s3);
        if (location.contains("://"))
            throw new IllegalArgumentException(
                    "checkpoint store '" + location + "', expected a folder or s3://bucket/prefix");
        return new DirectoryStore(Path.of(location));
    }
}
