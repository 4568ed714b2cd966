package dev.belay.aggregators.shard;

import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.counting.PartitionState;
import dev.belay.aggregators.counting.Tally;
import dev.belay.schemas.events.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The tally of each comparison that a shard has sent, so that it can send differences, and the part
 * of it whose predictions have expired.
 */
public final class SentTallies {
    private static final String RETIRED = "retired|";

    private final KeyValueStore<String, Tally> store;

    public SentTallies(KeyValueStore<String, Tally> store) {
        this.store = store;
    }

    /**
     * Updates a comparison's tally to {@code live} plus what has been retired.
     *
     * @param sender receives what has to be sent; if the task had other classes before, what was
     *     sent then is retracted
     */
    public void change(Comparison comparison, Tally live, Consumer<Tally> sender) {
        String key = comparison.key();
        // a holdout does not expire
        Tally retired = comparison.phase() == Phase.HOLDOUT ? null : kept(RETIRED + key, live);
        Tally total = retired == null ? live : live.merge(retired);
        Tally sent = store.get(key);
        if (total.equals(sent)) {
            return;
        }
        store.put(key, total);
        if (sent != null && sent.table().classes() == total.table().classes()) {
            sender.accept(total.since(sent));
            return;
        }
        sender.accept(total);
        if (sent != null) {
            sender.accept(Tally.empty(sent.table().classes()).since(sent));
        }
    }

    /**
     * Marks all windows and slices that a reopened comparison has sent before: a correction may
     * have emptied one just before the end.
     */
    void recall(Comparison comparison, PartitionState board) {
        for (Comparison part : parts(comparison)) {
            board.touch(part);
        }
    }

    /** The windows and slices of a comparison that have been sent. */
    private List<Comparison> parts(Comparison comparison) {
        String key = comparison.key();
        String prefix =
                comparison.phase() == Phase.HOLDOUT
                        ? key + "|" // has no windows
                        : key.substring(0, key.lastIndexOf('|') + 1);
        List<Comparison> parts = new ArrayList<>();
        try (KeyValueIterator<String, Tally> some =
                store.prefixScan(prefix, new StringSerializer())) {
            while (some.hasNext()) {
                Comparison part = Comparison.parse(some.next().key);
                if (!part.equals(comparison)) {
                    parts.add(part);
                }
            }
        }
        return parts;
    }

    /** Keeps counts that will not be counted again. */
    void retire(Comparison comparison, Tally gone) {
        String key = RETIRED + comparison.key();
        Tally before = kept(key, gone);
        store.put(key, before == null ? gone : before.merge(gone));
    }

    /** Null also if it was counted with other classes of the task. */
    private @Nullable Tally kept(String key, Tally now) {
        Tally kept = store.get(key);
        return kept == null || kept.table().classes() != now.table().classes() ? null : kept;
    }

    /** Removes a comparison that can no longer change, of a sweep with its slices. */
    void forget(Comparison comparison) {
        if (comparison.phase() == Phase.HOLDOUT) {
            parts(comparison).forEach(part -> store.delete(part.key()));
        }
        store.delete(comparison.key());
        store.delete(RETIRED + comparison.key());
    }
}
