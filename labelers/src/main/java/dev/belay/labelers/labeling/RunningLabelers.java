package dev.belay.labelers.labeling;

import dev.belay.labelers.api.LabelerException;
import dev.belay.labelers.prediction.UnusableCheckpointException;
import dev.belay.models.encoder.BrokenEncoderException;
import dev.belay.runtime.clients.ExpiredOffsetException;
import dev.belay.runtime.service.Participant;
import dev.belay.runtime.service.Prerequisites;
import dev.belay.runtime.topics.AccessDeniedException;
import dev.belay.schemas.events.ModelSpec;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a {@link Labeling} for each wanted labeler, one round of each in turn. One that fails is
 * stopped and started again; it does not block the others. Belongs to one thread.
 */
final class RunningLabelers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningLabelers.class);

    /** How long all of them together wait for input or results. */
    static final Duration ROUND = Duration.ofMillis(100);

    /** A labeler that failed and was started again has recovered when it has run for this long. */
    private static final Duration SOUND_AFTER = Duration.ofSeconds(10);

    private final LabelingStarter starter;
    private final Prerequisites patience;
    private final BiConsumer<Wanted, Counts> done;
    private final Map<String, Participant> expired;
    private final Map<String, Running> running = new TreeMap<>();
    private boolean busy;

    private record Running(Wanted wanted, Labeling labeling, long sinceNanos) {}

    /**
     * @param done receives a labeler's counts after each of its rounds
     * @param expired receives those that have lost examples, by name: they are not started again
     */
    RunningLabelers(
            LabelingStarter starter,
            Prerequisites patience,
            BiConsumer<Wanted, Counts> done,
            Map<String, Participant> expired) {
        this.starter = starter;
        this.patience = patience;
        this.done = done;
        this.expired = expired;
    }

    /** Labelers that run now. */
    int size() {
        return running.size();
    }

    /**
     * The same, for other threads; those that were started again and have not recovered are out.
     */
    List<Participant> running() {
        List<Participant> all = new ArrayList<>();
        running.forEach(
                (key, labeler) -> {
                    if (!patience.isMissing(key)) {
                        all.add(new Participant(taskOf(labeler.wanted()), key, null));
                    }
                });
        return List.copyOf(all);
    }

    /** Stops labelers that are no longer wanted and starts those that are not running. */
    void reconcile(Map<String, Wanted> wanted, Collection<ModelSpec> models) {
        starter.current().set(models);
        expired.keySet().retainAll(wanted.keySet());
        for (String gone : List.copyOf(running.keySet())) {
            if (!wanted.containsKey(gone)) {
                stop(gone);
                LOG.info("{} is not wanted any more", gone);
            }
        }
        wanted.forEach(
                (key, labeler) -> {
                    if (!running.containsKey(key)
                            && !expired.containsKey(key)
                            && patience.passes(
                                    taskOf(labeler),
                                    key,
                                    () -> starter.problem(labeler.topics()))) {
                        start(key, labeler);
                    }
                });
    }

    private void start(String key, Wanted labeler) {
        try {
            Labeling labeling = starter.start(labeler);
            done.accept(labeler, Counts.NONE);
            running.put(key, new Running(labeler, labeling, System.nanoTime()));
            LOG.info("{} labels the examples of {}", key, taskOf(labeler));
        } catch (RuntimeException e) { // such as a topic that was deleted meanwhile
            failed(key, labeler, e);
        }
    }

    /** Stops it; it is started again after a second. */
    private void failed(String key, Wanted labeler, RuntimeException e) {
        halt(key);
        boolean expected =
                e instanceof UnusableCheckpointException
                        || e instanceof LabelerException
                        || e instanceof BrokenEncoderException
                        || e instanceof AccessDeniedException
                        || e instanceof UncheckedIOException;
        patience.blame(
                taskOf(labeler), key, expected ? String.valueOf(e.getMessage()) : e.toString());
    }

    private static String taskOf(Wanted labeler) {
        return labeler.topics().task();
    }

    /**
     * One round of each labeler. A labeler that is computing is waited for; input is waited for
     * only while no labeler is computing and the round before did nothing.
     */
    void step() {
        Duration share = ROUND.dividedBy(Math.max(1, running.size()));
        boolean idle =
                !busy && running.values().stream().noneMatch(r -> r.labeling().isComputing());
        busy = false;
        for (String key : List.copyOf(running.keySet())) {
            Running labeler = running.get(key);
            if (labeler == null || patience.isClosed()) {
                continue;
            }
            try {
                boolean waits = idle || labeler.labeling().isComputing();
                busy |= labeler.labeling().step(waits ? share : Duration.ZERO);
            } catch (ExpiredOffsetException e) { // permanent: retention has deleted examples
                stop(key);
                String why = String.valueOf(e.getMessage());
                expired.put(key, new Participant(taskOf(labeler.wanted()), key, why));
                LOG.error("no more labels by {}: {}", key, why);
                continue;
            } catch (RuntimeException e) { // whatever is wrong with it, the others go on
                failed(key, labeler.wanted(), e);
                continue;
            }
            Counts counts = labeler.labeling().takeCounts();
            done.accept(labeler.wanted(), counts);
            if (counts.labelled() > 0
                    || System.nanoTime() - labeler.sinceNanos() > SOUND_AFTER.toNanos()) {
                patience.forget(key);
            }
        }
    }

    @Override
    public void close() {
        for (String key : List.copyOf(running.keySet())) {
            stop(key);
        }
        starter.close();
    }

    private void stop(String key) {
        halt(key);
        patience.forget(key);
    }

    private void halt(String key) {
        Running stopped = running.remove(key);
        if (stopped != null) {
            stopped.labeling().close();
        }
    }
}
