package dev.belay.runtime.clients;

import dev.belay.schemas.ModelId;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The specs that users have declared: the newest run of each id, kept up by {@link #poll}. A run
 * that was stopped ends those before it too, as long as its tombstone is known. A spec whose id is
 * not of the form experiment/name#seed@run, or differs from its key, is left out with a warning.
 * Belongs to one thread.
 *
 * @param <T> the spec's event
 */
public abstract class SpecTable<T extends SpecificRecord> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SpecTable.class);

    private final TopicTable<T> table;
    private final Function<T, String> idOf;
    private final Map<String, T> specs = new HashMap<>();
    private final Set<String> stopped = new HashSet<>();
    private final Set<String> awaited = new HashSet<>();
    private Map<String, T> current = Map.of();

    SpecTable(Clients clients, String topic, Class<T> type, Function<T, String> idOf) {
        this.idOf = idOf;
        table = new TopicTable<>(clients, topic, type, this::take);
    }

    /**
     * Takes in what has come.
     *
     * @return whether anything came
     */
    public boolean poll(Duration wait) {
        return update(table.poll(wait));
    }

    /** Reads up to what is committed now. */
    public void catchUp(Duration atMost) {
        table.catchUp(atMost);
        update(true);
    }

    /** See {@link TopicTable#catchUpPastOpenTransactions}. */
    public void catchUpPastOpenTransactions(Admin admin, Duration atMost) {
        table.catchUpPastOpenTransactions(admin, atMost);
        update(true);
    }

    /** The newest run of each, by id. */
    public Map<String, T> current() {
        return current;
    }

    /** Ids of the runs that were stopped, and not declared again since, as far as known. */
    public Set<String> stopped() {
        return Set.copyOf(stopped);
    }

    /** Whether a run was stopped, and not declared again since, as far as known. */
    public boolean isStopped(String id) {
        return stopped.contains(id);
    }

    /** See {@link TopicTable#partitions}. */
    public Set<Integer> partitions(String id) {
        return table.partitions(id);
    }

    /** All runs, by id. */
    public Map<String, T> all() {
        return Map.copyOf(specs);
    }

    /**
     * The spec of a run; null if it was stopped or is unknown. An unknown id is waited for once:
     * its spec was written before the events that name it, but may be read after them.
     */
    public @Nullable T await(String id, Duration atMost) {
        if (specs.containsKey(id) || stopped.contains(id) || !awaited.add(id)) {
            return specs.get(id);
        }
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!specs.containsKey(id) && System.nanoTime() < deadline) {
            boolean unused = poll(Duration.ofMillis(100));
        }
        return specs.get(id);
    }

    @Override
    public void close() {
        table.close();
    }

    private void take(String key, @Nullable T spec) {
        if (spec == null) {
            specs.remove(key);
            stopped.add(key);
            return;
        }
        stopped.remove(key);
        try {
            if (!ModelId.parse(key).toString().equals(idOf.apply(spec))) {
                throw new IllegalArgumentException("its id is '" + idOf.apply(spec) + "'");
            }
            specs.put(key, spec);
        } catch (IllegalArgumentException e) {
            LOG.warn("leaving out the spec with key '{}': {}", key, e.getMessage());
        }
    }

    private boolean update(boolean changed) {
        if (changed) {
            Map<String, Integer> ended = ended();
            Map<String, String> newest = new TreeMap<>();
            for (String id : specs.keySet()) {
                if (run(id) > ended.getOrDefault(lineage(id), -1)) {
                    newest.merge(lineage(id), id, (a, b) -> run(a) >= run(b) ? a : b);
                }
            }
            Map<String, T> byId = new TreeMap<>();
            newest.values().forEach(id -> byId.put(id, specs.get(id)));
            current = Collections.unmodifiableMap(byId);
        }
        return changed;
    }

    /** The newest stopped run of each. */
    private Map<String, Integer> ended() {
        Map<String, Integer> ended = new HashMap<>();
        for (String id : stopped) {
            int at = id.indexOf('@');
            if (at > 0 && id.substring(at + 1).matches("\\d{1,9}")) { // others are no ids
                ended.merge(lineage(id), run(id), Math::max);
            }
        }
        return ended;
    }

    private static int run(String id) {
        return Integer.parseInt(id.substring(id.indexOf('@') + 1));
    }

    /** The name and seed that several runs are of. */
    private static String lineage(String id) {
        return id.substring(0, id.indexOf('@'));
    }
}
