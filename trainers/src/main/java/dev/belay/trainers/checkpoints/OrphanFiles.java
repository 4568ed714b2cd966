package dev.belay.trainers.checkpoints;

import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.CheckpointStore.StoredFile;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files in the store whose micro-epoch was never committed.
 *
 * <p>Only files up to the number of the last committed checkpoint are certainly orphans. Files with
 * greater numbers may belong to a new owner that has fenced this process and is about to commit
 * them; otherwise the next micro-epoch writes the same bytes under the same name, or increases the
 * last number beyond theirs.
 */
public final class OrphanFiles {
    private static final Logger LOG = LoggerFactory.getLogger(OrphanFiles.class);
    private static final Pattern NUMBER = Pattern.compile(".*/(\\d+)-[^/]*");

    private OrphanFiles() {}

    /** Removes them; only the owner of a model may call this. */
    public static void remove(
            CheckpointStore store, String model, Set<String> referenced, long last) {
        for (String orphan : among(store.list(model), referenced, last)) {
            LOG.info("removing {}: its micro-epoch was not committed", orphan);
            store.delete(orphan);
        }
    }

    /**
     * @param stored all files of a model
     * @param referenced URIs that its committed checkpoints name
     * @param last number of its last committed checkpoint
     */
    static List<String> among(List<StoredFile> stored, Set<String> referenced, long last) {
        return stored.stream()
                .map(StoredFile::uri)
                .filter(uri -> !referenced.contains(uri) && isUpTo(last, uri))
                .toList();
    }

    private static boolean isUpTo(long last, String uri) {
        Matcher name = NUMBER.matcher(uri);
        return name.matches() && Long.parseLong(name.group(1)) <= last;
    }
}
