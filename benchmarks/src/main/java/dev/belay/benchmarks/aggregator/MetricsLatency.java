package dev.belay.benchmarks.aggregator;

import dev.belay.benchmarks.aggregator.Sweeps.Row;
import dev.belay.benchmarks.aggregator.Sweeps.Sweep;
import dev.belay.benchmarks.harness.CacheClearing;
import dev.belay.benchmarks.harness.Waiting;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.ServiceGroup;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;

/**
 * Time from the commit of a sweep's blocks to its row: students' sweeps are written at an even
 * rate, one transaction each, and a row is emitted once its sweep is complete.
 */
final class MetricsLatency {
    private static final double WARM_UP = 0.2; // share of the checkpoints

    private final AggregatorBed bed;
    private final Sweeps sweeps;

    MetricsLatency(AggregatorBed bed, Sweeps sweeps) {
        this.bed = bed;
        this.sweeps = sweeps;
    }

    /** From a sweep's commit to its row, as a {@code read_committed} reader sees it. */
    record Latency(double p50Ms, double p99Ms, int samples, double predictionsPerSecond) {}

    /**
     * @param predictionsPerSecond the load
     */
    Latency run(double predictionsPerSecond) {
        Clients run;
        Map<Row, Long> committed = new ConcurrentHashMap<>();
        Map<Row, Long> emitted = new ConcurrentHashMap<>();
        double pace;
        try (SweepWriter writer = new SweepWriter(bed.of(sweeps), sweeps)) {
            run = bed.run(sweeps);
            CacheClearing.clear();
            try (ServiceGroup services = AggregatorBed.start(run);
                    MetricsFollower rows =
                            new MetricsFollower(run, sweeps.recount(sweeps.checkpoints()))) {
                AggregatorBed.started(run, services);
                CompletableFuture<Double> load =
                        CompletableFuture.supplyAsync(
                                () -> write(writer, predictionsPerSecond, committed));
                while (rows.open() > 0) {
                    rows.poll(emitted::putIfAbsent);
                    Waiting.check(services);
                    if (load.isCompletedExceptionally()) break;
                    if (load.isDone()) rows.await(() -> Waiting.check(services));
                }
                pace = load.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            } catch (ExecutionException e) {
                throw new IllegalStateException("the load failed", e.getCause());
            }
        }
        bed.clear(run);
        return latency(committed, emitted, pace);
    }

    /** Returns the predictions/s that it reached. */
    private double write(SweepWriter writer, double perSecond, Map<Row, Long> committed) {
        Set<String> students = new HashSet<>(Sweeps.STUDENTS);
        long intervalNs = (long) (1e9 * sweeps.examples() / perSecond);
        long begin = System.nanoTime();
        long next = begin;
        List<Sweep> all = sweeps.sweeps(1, sweeps.checkpoints());
        for (Sweep sweep : all) {
            LockSupport.parkNanos(next - System.nanoTime());
            long at = writer.write(sweep);
            if (students.contains(sweep.model()))
                committed.put(new Row(sweep.id(), sweep.checkpoint()), at);
            next = Math.max(next + intervalNs, System.nanoTime() - intervalNs);
        }
        return all.size() * (double) sweeps.examples() / ((System.nanoTime() - begin) / 1e9);
    }

    private Latency latency(Map<Row, Long> committed, Map<Row, Long> emitted, double pace) {
        List<Double> ms = new ArrayList<>();
        emitted.forEach(
                (row, ns) -> {
                    Long at = committed.get(row);
                    if (at != null && row.checkpoint() > WARM_UP * sweeps.checkpoints())
                        ms.add((ns - at) / 1e6);
                });
        Collections.sort(ms);
        return new Latency(quantile(ms, 0.5), quantile(ms, 0.99), ms.size(), pace);
    }

    /** The smallest value that at least this share of all does not exceed. */
    private static double quantile(List<Double> sorted, double share) {
        return sorted.get((int) Math.ceil(share * sorted.size()) - 1);
    }
}
