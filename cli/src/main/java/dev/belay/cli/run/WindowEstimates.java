package dev.belay.cli.run;

import dev.belay.cli.noise.NoiseWindows;
import dev.belay.cli.noise.StudentPair;
import dev.belay.cli.noise.StudentStreamReader;
import dev.belay.cli.report.results.RunResults;
import dev.belay.runtime.clients.Clients;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.TruthDraw;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PairMetrics;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.State;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * The share of wrong labels by window of event time, for the report of a run whose task has truth
 * on a random sample. Memory is bounded: of each student the newest windows with together at most
 * {@value #MOST_EXAMPLES} examples, one student at a time.
 */
final class WindowEstimates {
    static final long MOST_EXAMPLES = 100_000;

    /** No further student is read after this. */
    private static final Duration AT_MOST = Duration.ofSeconds(20);

    private static final int MOST_STUDENTS = 6; // panels of the figure
    private static final int LEAST_WINDOWS = 3; // of a panel

    private WindowEstimates() {}

    /**
     * Reads the stream of each student and adds its estimates.
     *
     * @param say gets a line if they can't be read; the results then stay without
     * @return whether there are any
     */
    static boolean add(Clients clients, RunResults results, Consumer<String> say) {
        List<ModelSpec> students =
                results.specs().stream()
                        .filter(spec -> TruthDraw.of(spec) != null)
                        .filter(spec -> !spec.getSupervisor().equals(ModelId.TRUTH))
                        .filter(spec -> windows(results, spec.getId()).size() >= LEAST_WINDOWS)
                        .filter(spec -> pair(results, spec) != null)
                        .limit(MOST_STUDENTS)
                        .toList();
        long begin = System.nanoTime();
        boolean found = false;
        for (ModelSpec student : students) {
            if (System.nanoTime() - begin > AT_MOST.toNanos()) {
                say.accept(
                        "warning: the report lacks estimates of wrong labels by window of %s: reading those before took more than %d s"
                                .formatted(student.getId(), AT_MOST.toSeconds()));
                break;
            }
            try {
                add(clients, results, student, say);
                found = true;
            } catch (KafkaException | IllegalArgumentException e) { // or retention has deleted all
                say.accept(
                        "warning: the report lacks estimates of wrong labels by window of %s: %s"
                                .formatted(student.getId(), e.getMessage()));
            }
        }
        return found;
    }

    private static void add(
            Clients clients, RunResults results, ModelSpec student, Consumer<String> say) {
        List<PairMetrics> windows = windows(results, student.getId());
        var reader =
                new StudentStreamReader(
                        () -> clients.consumer(null, "window-estimates"),
                        clients.codec(),
                        clients.topics(),
                        say);
        var stream =
                reader.of(
                        Objects.requireNonNull(pair(results, student)),
                        start(windows.get(windows.size() - 1)),
                        end(windows.get(0)));
        Duration length = Duration.ofMillis(length(windows.get(0)));
        results.estimates(student.getId(), NoiseWindows.ofTime(stream, length));
    }

    /** The rows of the shortest windows of a student that are read, the newest first. */
    static List<PairMetrics> windows(RunResults results, String student) {
        List<PairMetrics> all =
                results.rows().stream()
                        .filter(row -> row.getStudent().equals(student))
                        .filter(row -> row.getPhase() == Phase.PROGRESSIVE)
                        .filter(row -> row.getWindowStartMs() != null)
                        .toList();
        long shortest = all.stream().mapToLong(WindowEstimates::length).min().orElse(0);
        List<PairMetrics> newest =
                all.stream()
                        .filter(row -> length(row) == shortest)
                        .sorted(Comparator.comparingLong(WindowEstimates::start).reversed())
                        .toList();
        long examples = 0;
        int count = 0;
        for (PairMetrics row : newest) {
            examples += row.getN() + row.getWithoutTruth() + row.getAbstained();
            if (examples > MOST_EXAMPLES) {
                break;
            }
            count++;
        }
        return newest.subList(0, count);
    }

    private static long length(PairMetrics row) {
        return end(row) - start(row);
    }

    private static long start(PairMetrics row) {
        return Objects.requireNonNull(row.getWindowStartMs());
    }

    private static long end(PairMetrics row) {
        return Objects.requireNonNull(row.getWindowEndMs());
    }

    /** Null if the supervisor is not of this run. */
    private static @Nullable StudentPair pair(RunResults results, ModelSpec student) {
        String supervisor = student.getSupervisor();
        LabelerSpec labeler = results.labeler(supervisor);
        ModelSpec spec =
                labeler != null
                        ? LabelerSpecs.asModel(labeler)
                        : results.specs().stream()
                                .filter(model -> model.getId().equals(supervisor))
                                .findFirst()
                                .orElse(null);
        if (spec == null) {
            return null;
        }
        String ceiling = student.getCeiling();
        return new StudentPair(
                student,
                spec,
                results.sources(supervisor).stream()
                        .filter(source -> !source.equals(ModelId.TRUTH))
                        .toList(),
                labeler != null && labeler.getMethod().getName().equals(LabelerSpecs.NOISE),
                isFinished(results, student.getId())
                        && (ceiling == null || isFinished(results, ceiling)));
    }

    private static boolean isFinished(RunResults results, String model) {
        Checkpoint newest = results.newestCheckpoint(model);
        return newest != null && newest.getState() == State.FINISHED;
    }
}
