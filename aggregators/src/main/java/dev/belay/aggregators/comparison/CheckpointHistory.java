package dev.belay.aggregators.comparison;

import dev.belay.schemas.KeptCheckpoints;
import dev.belay.schemas.events.State;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A model's checkpoints, indexed by each order of look-up. Look-ups take at most logarithmic time,
 * except {@link #numbered}. Not thread-safe.
 */
final class CheckpointHistory {
    private static final Comparator<WrittenCheckpoint> BY_EXAMPLES =
            Comparator.comparingLong(WrittenCheckpoint::examplesSeen)
                    .thenComparingLong(WrittenCheckpoint::number);

    private final NavigableMap<Long, WrittenCheckpoint> byNumber = new TreeMap<>();
    private final TreeSet<WrittenCheckpoint> byExamples = new TreeSet<>(BY_EXAMPLES);
    private final TreeSet<Long> labelling = new TreeSet<>();

    /** Whether it is the newest, so that results for other checkpoints remain valid. */
    boolean isNext(WrittenCheckpoint written) {
        return byNumber.isEmpty() || written.number() > byNumber.lastKey();
    }

    /** Adds a checkpoint, or replaces the one of the same number. */
    void put(WrittenCheckpoint written) {
        WrittenCheckpoint before = byNumber.put(written.number(), written);
        if (before != null) {
            byExamples.remove(before);
        }
        byExamples.add(written);
        if (written.mayLabel()) {
            labelling.add(written.number());
        } else {
            labelling.remove(written.number());
        }
    }

    /** The checkpoint of a number, or null. */
    @Nullable WrittenCheckpoint get(long number) {
        return byNumber.get(number);
    }

    /** The checkpoint with the highest number; there must be one. */
    WrittenCheckpoint last() {
        return byNumber.lastEntry().getValue();
    }

    /** Number of the first checkpoint that may label. */
    OptionalLong firstLabelling() {
        return labelling.isEmpty() ? OptionalLong.empty() : OptionalLong.of(labelling.first());
    }

    /**
     * Of the checkpoints that are swept, the last that had learned from at most so many examples;
     * null if there is none.
     *
     * @param every number of checkpoints to a sweep; the last checkpoint is always swept
     */
    @Nullable WrittenCheckpoint sweptBy(long examplesSeen, int every) {
        WrittenCheckpoint limit =
                new WrittenCheckpoint(Long.MAX_VALUE, State.LEARNING, examplesSeen, List.of());
        for (WrittenCheckpoint written : byExamples.headSet(limit, true).descendingSet()) {
            if (written.finished() || written.number() % every == 0) {
                return written;
            }
        }
        return null;
    }

    /** All checkpoints, ascending by number. */
    List<KeptCheckpoints.Numbered> numbered() {
        return byNumber.values().stream()
                .map(w -> new KeptCheckpoints.Numbered(w.number(), w.state()))
                .toList();
    }
}
