package dev.belay.cli.fleet;

import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.Provenance;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.PartitionCursor;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Checks the files of committed checkpoints. */
final class CheckpointFiles {
    private CheckpointFiles() {}

    /** Verdict on a file. */
    enum Verdict {
        OK,
        MISSING,
        /** Other bytes than were committed, or none that make sense. */
        ALTERED,
        /** The store doesn't give it now. */
        UNREADABLE,
        /** It contradicts the event or the other files. */
        DISAGREES
    }

    /**
     * @param detail empty when OK
     */
    record Finding(Verdict verdict, String detail) {
        static final Finding OK = new Finding(Verdict.OK, "");
    }

    /** What a file holds, or why it doesn't. */
    private record Read(byte @Nullable [] bytes, Finding finding) {}

    /** A file of tensors: there, unaltered, well-formed. */
    static Finding tensors(CheckpointStore store, String uri, String sha256) {
        Read read = read(store, uri, sha256);
        if (read.bytes() != null) {
            try {
                SafeTensors.read(read.bytes());
            } catch (MalformedCheckpointException e) {
                return new Finding(Verdict.ALTERED, "no safetensors: " + e.getMessage());
            }
        }
        return read.finding();
    }

    /** Checks the provenance of a checkpoint: present, unaltered, and equal to the event. */
    static Finding provenance(CheckpointStore store, Checkpoint event) {
        Read read = read(store, event.getProvenanceUri(), event.getProvenanceSha256());
        if (read.bytes() == null) {
            return read.finding();
        }
        try {
            List<String> wrong = disagreements(Provenance.parse(read.bytes()), event);
            return wrong.isEmpty()
                    ? Finding.OK
                    : new Finding(Verdict.DISAGREES, String.join("; ", wrong));
        } catch (MalformedCheckpointException e) {
            return new Finding(Verdict.ALTERED, String.valueOf(e.getMessage()));
        }
    }

    /** The provenance of a checkpoint where it can be had, else null. */
    static @Nullable Provenance find(CheckpointStore store, Checkpoint event) {
        byte[] bytes = read(store, event.getProvenanceUri(), event.getProvenanceSha256()).bytes();
        try {
            return bytes == null ? null : Provenance.parse(bytes);
        } catch (MalformedCheckpointException e) {
            return null; // 'checkpoints verify' says why
        }
    }

    /** Differences between a provenance and the event of its checkpoint. */
    static List<String> disagreements(Provenance found, Checkpoint event) {
        List<String> wrong = new ArrayList<>();
        compare(wrong, "model", found.model(), event.getModel());
        compare(wrong, "number", found.number(), event.getNumber());
        compare(wrong, "examplesSeen", found.examplesSeen(), event.getExamplesSeen());
        compare(wrong, "specHash", found.specHash(), event.getSpecHash());
        compare(wrong, "softwareVersion", found.softwareVersion(), event.getSoftwareVersion());
        compare(wrong, "weights", found.weights().sha256(), event.getWeightsSha256());
        compare(wrong, "weights", found.weights().uri(), event.getWeightsUri());
        compare(wrong, "state", found.state().sha256(), event.getStateSha256());
        compare(wrong, "state", found.state().uri(), event.getStateUri());
        compare(
                wrong,
                "supervisorCheckpoints",
                found.supervisorCheckpoints(),
                event.getSupervisorCheckpoints());
        var ends = new TreeMap<Integer, Long>();
        found.labels().ranges().forEach(range -> ends.put(range.partition(), range.to()));
        var cursor = new TreeMap<Integer, Long>();
        for (PartitionCursor c : event.getCursor()) {
            cursor.put(c.getPartition(), c.getOffset());
        }
        compare(wrong, "cursor", ends, cursor);
        return wrong;
    }

    private static void compare(List<String> wrong, String what, Object found, Object event) {
        if (!Objects.equals(found, event)) {
            wrong.add(what + " is " + found + ", its event says " + event);
        }
    }

    private static Read read(CheckpointStore store, String uri, String sha256) {
        if (uri.isEmpty()) {
            return new Read(null, new Finding(Verdict.MISSING, "its event names none"));
        }
        try {
            return new Read(store.get(uri, sha256), Finding.OK);
        } catch (MalformedCheckpointException e) {
            return new Read(null, new Finding(Verdict.ALTERED, String.valueOf(e.getMessage())));
        } catch (UncheckedIOException e) {
            boolean missing = e.getCause() instanceof NoSuchFileException;
            return new Read(
                    null,
                    new Finding(
                            missing ? Verdict.MISSING : Verdict.UNREADABLE,
                            missing ? uri : e.getMessage() + ": " + e.getCause()));
        }
    }
}
