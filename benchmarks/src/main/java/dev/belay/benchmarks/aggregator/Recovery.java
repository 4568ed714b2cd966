package dev.belay.benchmarks.aggregator;

import dev.belay.runtime.clients.Clients;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Seconds from {@code kill -9} of an aggregator with much state until it, or the one that takes
 * over, emits the row of a sweep that was written after the kill, which needs all partitions.
 */
final class Recovery implements AutoCloseable {
    /** Kills, and so checkpoints whose sweeps are written later. */
    static final int KILLS = 3;

    private static final Duration STANDBY_WITHIN = Duration.ofSeconds(5);

    private final AggregatorBed bed;
    private final Sweeps sweeps;
    private final SweepWriter writer;
    private int written;

    /** Two runs on the same data, one after the other. */
    private record Run(Clients clients, Path folder) {
        AggregatorProcess start(String name, Map<String, String> more) {
            return AggregatorProcess.start(clients, folder.resolve(name), more);
        }
    }

    /**
     * @param sweeps of which the last {@link #KILLS} checkpoints have not been written yet
     * @param writer of them
     */
    Recovery(AggregatorBed bed, Sweeps sweeps, SweepWriter writer) {
        this.bed = bed;
        this.sweeps = sweeps;
        this.writer = writer;
        this.written = sweeps.checkpoints() - KILLS;
    }

    /**
     * Restarted at once after each of two kills.
     *
     * @param kept seconds with its local state
     * @param wiped seconds without it, as on another machine
     */
    record Restored(double kept, double wiped) {}

    /** Seconds after a first kill alone, with its local state. */
    double kept() {
        Run run = run();
        try (AggregatorProcess first = run.start("one", Map.of())) {
            counted(run, first);
            long killed = first.kill();
            try (AggregatorProcess again = run.start("one", Map.of())) {
                return fresh(run, again, killed);
            }
        } finally {
            bed.clear(run.clients());
        }
    }

    Restored restore() {
        Run run = run();
        try (AggregatorProcess first = run.start("one", Map.of())) {
            counted(run, first);
            long killed = first.kill();
            try (AggregatorProcess again = run.start("one", Map.of())) {
                double kept = fresh(run, again, killed);
                long killedAgain = again.kill();
                try (AggregatorProcess elsewhere = run.start("two", Map.of())) {
                    return new Restored(kept, fresh(run, elsewhere, killedAgain));
                }
            }
        } finally {
            bed.clear(run.clients());
        }
    }

    /** Seconds until an aggregator with standby tasks has taken over. */
    double takeOver() {
        Run run = run();
        Map<String, String> standby = Map.of("kafka.streams.num.standby.replicas", "1");
        try (AggregatorProcess first = run.start("one", standby);
                AggregatorProcess other = run.start("two", standby)) {
            counted(run, first);
            // no event shows how far its standby tasks are; they lag by little
            LockSupport.parkNanos(STANDBY_WITHIN.toNanos());
            return fresh(run, other, first.kill());
        } finally {
            bed.clear(run.clients());
        }
    }

    private Run run() {
        Clients clients = bed.run(sweeps);
        return new Run(clients, bed.folder(clients.topics().prefix()));
    }

    /** Waits until the rows of all written sweeps equal the recount. */
    private void counted(Run run, AggregatorProcess process) {
        try (MetricsFollower rows = new MetricsFollower(run.clients(), sweeps.recount(written))) {
            rows.await(process::check);
        }
    }

    /** Writes the sweeps of the next checkpoint and waits for their rows. */
    private double fresh(Run run, AggregatorProcess process, long killed) {
        written++;
        writer.write(written, written);
        try (MetricsFollower rows = new MetricsFollower(run.clients(), sweeps.recount(written))) {
            double seconds = (rows.await(process::check) - killed) / 1e9;
            rows.requireRight();
            return seconds;
        }
    }

    @Override
    public void close() {
        writer.close();
    }
}
