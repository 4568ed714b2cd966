package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.checkpoint;
import static dev.belay.aggregators.topology.Specs.id;
import static dev.belay.aggregators.topology.Specs.spec;
import static java.util.Objects.requireNonNull;

import dev.belay.aggregators.counting.Lateness;
import dev.belay.aggregators.shard.SweepRetention;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Retention;
import dev.belay.schemas.events.State;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;

/**
 * Sweeps of a student, its supervisor and its ceiling over four examples of one partition, of which
 * each model keeps the newest checkpoint.
 */
abstract class ReleaseFixture {
    static final Duration HORIZON = Duration.ofDays(7);
    static final Duration SETTLE = SweepRetention.SETTLE.plusMinutes(1);
    static final List<String> IDS = List.of("e1", "e2", "e3", "e4");
    static final Retention NEWEST = new Retention(0, 1, false);

    Cluster cluster = new Cluster(1, new Lateness(List.of(), Duration.ofHours(1), HORIZON));

    @BeforeEach
    void weakSupervisesNaiveWhoseCeilingIsTop() {
        cluster.spec(keeping(NEWEST, spec("weak", "truth", null)));
        cluster.spec(keeping(NEWEST, spec("naive", "weak", "top")));
        cluster.spec(keeping(NEWEST, spec("top", "truth", null)));
        cluster.checkpoint(checkpoint("weak", 1, State.FINISHED, 500));
        sweep("weak", 1);
    }

    ModelSpec next(String model) {
        return ModelSpec.newBuilder(requireNonNull(cluster.catalog().spec(id(model))))
                .setId("x/" + model + "#0@1")
                .setRun(1)
                .build();
    }

    static ModelSpec keeping(Retention retention, ModelSpec spec) {
        return ModelSpec.newBuilder(spec).setRetention(retention).build();
    }

    void truths(List<String> ids) {
        ids.forEach(e -> cluster.truth(e, 0, 5));
    }

    void learn(String model, int from, int to) {
        for (int k = from; k <= to; k++) {
            cluster.checkpoint(checkpoint(model, k, State.LEARNING, 256L * k));
            sweep(model, k);
        }
        cluster.metrics();
    }

    void sweep(String model, int k) {
        cluster.block(Blocks.sweep(model, k, IDS.size(), 10, IDS, 0, 0, 0, 0));
    }

    PairMetrics row(String student, long k) {
        String key = id(student) + "|" + k + "|HOLDOUT|cumulative";
        return requireNonNull(cluster.metrics().get(key), key);
    }

    static Set<String> sweeps(String... some) {
        return new TreeSet<>(List.of(some));
    }

    /** Model and number of all that is kept. */
    Set<String> kept() {
        cluster.metrics();
        return cluster.blockKeys(0).stream()
                .filter(key -> key.startsWith("HOLDOUT|"))
                .map(key -> key.split("\\|", -1))
                .map(p -> p[1].replaceAll("x/(.*)#.*", "$1") + " " + p[2])
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
