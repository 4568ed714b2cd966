package dev.belay.aggregators.topology;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.comparison.Comparisons;
import dev.belay.aggregators.comparison.Pair;
import dev.belay.aggregators.counting.Tally;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Adds the shards' deltas and tells a row's metrics: of its candidates the preferred one that is
 * complete. HOLDOUT rows are told when they change, PROGRESSIVE rows at most once in a while; both
 * again when the catalog has changed what they are.
 */
final class Merger implements Processor<byte[], Flow.Delta, String, PairMetrics> {
    static final String ROWS = "rows";

    private final AggregatorConfig config;
    private final Catalog catalog;
    private final Map<String, Set<String>> rowsByStudent = new HashMap<>();
    private final Set<String> waiting = new HashSet<>();
    private ProcessorContext<String, PairMetrics> context;
    private KeyValueStore<String, Row> rows;
    private int catalogVersion;

    Merger(AggregatorConfig config, Catalog catalog) {
        this.config = config;
        this.catalog = catalog;
    }

    @Override
    public void init(ProcessorContext<String, PairMetrics> processorContext) {
        context = processorContext;
        rows = context.getStateStore(ROWS);
        try (KeyValueIterator<String, Row> all = rows.all()) {
            while (all.hasNext()) {
                var entry = all.next();
                note(entry.key, entry.value);
            }
        }
        context.schedule(
                config.progressiveFlush(), PunctuationType.WALL_CLOCK_TIME, now -> punctuate());
    }

    @Override
    public void process(Record<byte[], Flow.Delta> record) {
        Flow.Delta delta = record.value();
        String key = delta.comparison().row();
        Row before = rows.get(key);
        Row row = (before == null ? Row.EMPTY : before).merge(delta);
        rows.put(key, row);
        note(key, row);
        if (delta.comparison().phase() == Phase.HOLDOUT) {
            tell(key, row);
        }
    }

    private void note(String key, Row row) {
        row.tallies().keySet().stream()
                .map(Comparison::student)
                .forEach(s -> rowsByStudent.computeIfAbsent(s, x -> new HashSet<>()).add(key));
        if (row.pending()) {
            waiting.add(key);
        }
    }

    private void punctuate() {
        int version = catalog.version();
        if (version != catalogVersion) {
            Set<String> changed = catalog.changedSince(catalogVersion);
            catalogVersion = version;
            for (Pair pair : catalog.pairs()) {
                if (changed.stream().anyMatch(pair::has)) {
                    waiting.addAll(rowsByStudent.getOrDefault(pair.student(), Set.of()));
                }
            }
        }
        for (String key : Set.copyOf(waiting)) {
            Row row = rows.get(key);
            if (row != null) {
                tell(key, row);
            }
        }
        // those that could not be told wait for their next delta or the catalog
        waiting.clear();
    }

    private void tell(String key, Row row) {
        Comparison any = row.tallies().keySet().iterator().next();
        Pair pair = catalog.pairOf(any.student());
        if (pair == null) {
            return;
        }
        List<Comparison> candidates =
                any.phase() == Phase.HOLDOUT
                        ? Comparisons.holdout(catalog, pair, any.checkpoint())
                        : Comparisons.progressive(pair);
        for (Comparison candidate : candidates) {
            Tally tally = row.tallies().get(candidate);
            if (tally != null && tally.complete()) {
                PairMetrics metrics =
                        MetricsEvent.of(config.task(), catalog, pair, candidate, tally);
                String as =
                        candidate.key()
                                + "|"
                                + metrics.getExamplesSeen()
                                + "|"
                                + metrics.getProvisional();
                if (row.pending() || !row.emittedAs().equals(as)) {
                    rows.put(key, row.emitted(as));
                    waiting.remove(key);
                    context.forward(
                            new Record<>(
                                    MetricsEvent.key(metrics),
                                    metrics,
                                    context.currentSystemTimeMs()));
                }
                return;
            }
        }
    }
}
