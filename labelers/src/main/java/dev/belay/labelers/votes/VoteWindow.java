package dev.belay.labelers.votes;

import dev.belay.labelers.api.VoteRule;
import dev.belay.labelers.records.BadRecordException;
import dev.belay.labelers.records.RecordReader;
import dev.belay.schemas.Distributions;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Vote;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The votes of one partition: a bounded window on its log.
 *
 * <p>Stream time is the greatest event time of the votes so far. Each vote is kept with the stream
 * time that it was read at, so which votes count by a {@link VoteRule}, and where in the log that
 * is decided, depends on the log alone: neither on when it was read nor on what is in memory.
 *
 * <p>Beyond its limit the window drops the examples that were voted on longest ago. An example of
 * which a vote that counts may have been dropped needs a {@link #search}: the log is read from its
 * beginning again, and the votes on the examples searched for are kept.
 */
public final class VoteWindow {
    /** Votes on one example that are read; further ones have no effect. */
    static final int MOST_OF_EXAMPLE = 1_024;

    /**
     * @param annotator null: all
     * @param label null: taken back
     * @param streamMs stream time
     */
    private record Cast(@Nullable String annotator, @Nullable Integer label, long streamMs) {}

    /** What is known of the votes on an example. */
    public enum State {
        /** Later votes have no effect. */
        DECIDED,
        OPEN,
        /** Some may be in the log before the window. */
        NEEDS_SEARCH
    }

    /**
     * The votes that count.
     *
     * @param votes class or option by annotator; those so far while {@link State#OPEN}
     */
    public record Finding(State state, Map<String, Integer> votes) {
        /**
         * Those for a class, or an option that the example has.
         *
         * @param classes of the task; 0 for choice
         */
        public Map<String, Integer> votesFor(int classes, Example example) {
            int size = Distributions.size(classes, example);
            Map<String, Integer> fitting = new TreeMap<>(votes);
            fitting.values().removeIf(vote -> vote >= size);
            return fitting;
        }
    }

    private final int limit;
    private final Map<String, List<Cast>> recent = new LinkedHashMap<>(); // oldest vote first
    private final Map<String, List<Cast>> found = new HashMap<>();
    private Set<String> searched = Set.of();
    private int size;
    private long droppedMs = Long.MIN_VALUE; // stream time of the latest vote that was dropped
    private long streamMs = Long.MIN_VALUE;

    /**
     * @param limit votes kept; those searched for come on top
     */
    public VoteWindow(int limit) {
        this.limit = limit;
    }

    /**
     * Adds the next record of the log.
     *
     * @param classes of the task; 0 for choice
     * @throws BadRecordException when it is no valid vote
     */
    public void take(RecordReader reader, ConsumerRecord<byte[], byte[]> record, int classes)
            throws BadRecordException {
        Vote vote = reader.vote(record, classes);
        if (vote == null) {
            remove(RecordReader.key(record));
        } else {
            long timeMs = RecordReader.timeMs(vote.getEventTimeMs(), record);
            put(vote.getExample(), vote.getAnnotator(), vote.getLabel(), timeMs);
        }
    }

    /**
     * Adds the next vote of the log.
     *
     * @param label null: the annotator takes the vote back
     */
    void put(String example, String annotator, @Nullable Integer label, long timeMs) {
        streamMs = Math.max(streamMs, timeMs);
        add(example, new Cast(annotator, label, streamMs));
    }

    /** All votes on an example are taken back; stream time does not change. */
    void remove(String example) {
        add(example, new Cast(null, null, streamMs));
    }

    private void add(String example, Cast cast) {
        if (searched.contains(example)) {
            List<Cast> casts = found.computeIfAbsent(example, e -> new ArrayList<>(4));
            if (casts.size() < MOST_OF_EXAMPLE) {
                casts.add(cast);
            }
            return;
        }
        List<Cast> before = recent.remove(example);
        List<Cast> casts = before == null ? new ArrayList<>(4) : before;
        if (casts.size() < MOST_OF_EXAMPLE) {
            casts.add(cast);
            size++;
        }
        recent.put(example, casts);
        while (size > limit) {
            Iterator<List<Cast>> oldest = recent.values().iterator();
            List<Cast> dropped = oldest.next();
            oldest.remove();
            size -= dropped.size();
            droppedMs = Math.max(droppedMs, dropped.get(dropped.size() - 1).streamMs());
        }
    }

    /** Whether reading on would drop votes. */
    public boolean isFull() {
        return size >= limit;
    }

    /**
     * The votes that count for an example.
     *
     * @param timeMs its event time
     */
    public Finding find(String example, long timeMs, VoteRule rule) {
        long horizonMs = rule.horizon().toMillis();
        long firstMs = timeMs < Long.MIN_VALUE + horizonMs ? Long.MIN_VALUE : timeMs - horizonMs;
        long lastMs = timeMs > Long.MAX_VALUE - horizonMs ? Long.MAX_VALUE : timeMs + horizonMs;
        boolean isSearched = searched.contains(example);
        if (!isSearched && droppedMs > Long.MIN_VALUE && droppedMs >= firstMs) {
            return new Finding(State.NEEDS_SEARCH, Map.of());
        }
        List<Cast> casts = (isSearched ? found : recent).getOrDefault(example, List.of());
        Map<String, Integer> votes = new TreeMap<>();
        for (Cast cast : casts) {
            if (cast.streamMs() > lastMs) {
                return new Finding(State.DECIDED, votes);
            }
            String by = cast.annotator();
            if (cast.streamMs() >= firstMs && (by == null || rule.counts(by))) {
                apply(cast, votes);
            }
            if (rule.votes() > 0 && votes.size() >= rule.votes()) {
                return new Finding(State.DECIDED, votes);
            }
        }
        return new Finding(streamMs > lastMs ? State.DECIDED : State.OPEN, votes);
    }

    private static void apply(Cast cast, Map<String, Integer> votes) {
        if (cast.annotator() == null) {
            votes.clear();
        } else if (cast.label() == null) {
            votes.remove(cast.annotator());
        } else {
            votes.put(cast.annotator(), cast.label());
        }
    }

    /** Begins anew; the log is to be put again from its beginning. */
    public void search(Set<String> examples) {
        recent.clear();
        found.clear();
        searched = Set.copyOf(examples);
        size = 0;
        droppedMs = Long.MIN_VALUE;
        streamMs = Long.MIN_VALUE;
    }
}
