package dev.belay.cli.results;

import dev.belay.cli.report.results.Format;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs those of a list of experiments that are not finished, one after the other. */
final class ResultsRun {
    /** How often the time of a running experiment is written down. */
    private static final Duration NOTE = Duration.ofSeconds(5);

    private final ExperimentRunner runner;
    private final Path out;
    private final Clock clock;
    private final Consumer<String> progress;

    /** Called after each experiment. */
    @FunctionalInterface
    interface Page {
        void write() throws IOException;
    }

    /**
     * @param out folder of all results
     * @param progress receives a line for each experiment
     */
    ResultsRun(ExperimentRunner runner, Path out, Clock clock, Consumer<String> progress) {
        this.runner = runner;
        this.out = out;
        this.clock = clock;
        this.progress = progress;
    }

    /**
     * Runs all, whatever becomes of one of them.
     *
     * @param again whether finished ones are run again, from the beginning
     * @return whether all of which the data are here are finished
     */
    boolean run(List<ListedExperiment> experiments, boolean again, Page page)
            throws IOException, InterruptedException {
        boolean all = true;
        int number = 0;
        for (ListedExperiment experiment : experiments) {
            number++;
            String which = "[%d/%d] %s: ".formatted(number, experiments.size(), experiment);
            if (!experiment.missing().isEmpty()) {
                progress.accept(which + "not here: " + experiment.missing());
                continue;
            }
            RunRecord before = RunRecord.read(experiment.folder(out));
            String hash = experiment.hash();
            if (before != null && !before.hash().equals(hash)) {
                before = null; // of another version of the file or its data
            }
            if (!again && before != null && before.state() == RunRecord.State.FINISHED) {
                progress.accept(which + "finished " + before.changed());
                continue;
            }
            progress.accept(which + (before == null || again ? "running" : "continuing"));
            RunRecord record = run(experiment, hash, again, again ? null : before);
            all &= record.state() == RunRecord.State.FINISHED;
            progress.accept(which + words(record));
            page.write();
        }
        return all;
    }

    private RunRecord run(
            ListedExperiment experiment, String hash, boolean fresh, @Nullable RunRecord before)
            throws IOException, InterruptedException {
        Path folder = experiment.folder(out);
        Files.createDirectories(folder);
        Timer timer = new Timer(folder, hash, before);
        timer.note(RunRecord.State.RUNNING, null);
        int code = runner.run(experiment, folder, fresh, timer::memory);
        boolean complete = code == 0 && Files.exists(folder.resolve("summary.json"));
        return complete
                ? timer.note(RunRecord.State.FINISHED, null)
                : timer.note(
                        RunRecord.State.FAILED,
                        code == 0 ? "it left no summary.json" : "exit code " + code);
    }

    private static String words(RunRecord record) {
        return record.state() == RunRecord.State.FINISHED
                ? String.format(
                        Locale.ROOT,
                        "finished in %.0f s, %s",
                        record.seconds(),
                        memory(record.peakBytes()))
                : "failed: " + record.problem();
    }

    /** Gigabytes; a dash where not known. */
    static String memory(long bytes) {
        return bytes == 0 ? Format.rate(null) : Format.fixed(bytes / 1e9, 1) + " GB";
    }

    /** Adds this attempt to the earlier ones. */
    private final class Timer {
        private final Path folder;
        private final String hash;
        private final double secondsBefore;
        private final int attempt;
        private final long beginMs = clock.millis();
        private long peakBytes;
        private long notedMs = beginMs;

        Timer(Path folder, String hash, @Nullable RunRecord before) {
            this.folder = folder;
            this.hash = hash;
            this.secondsBefore = before == null ? 0 : before.seconds();
            this.peakBytes = before == null ? 0 : before.peakBytes();
            this.attempt = before == null ? 1 : before.attempts() + 1;
        }

        void memory(long bytes) {
            peakBytes = Math.max(peakBytes, bytes);
            if (clock.millis() - notedMs >= NOTE.toMillis()) {
                try {
                    RunRecord unused = note(RunRecord.State.RUNNING, null);
                } catch (IOException e) { // the end writes it again, and fails if it can't
                    progress.accept("can't write down the time so far: " + e);
                }
            }
        }

        RunRecord note(RunRecord.State state, @Nullable String problem) throws IOException {
            notedMs = clock.millis();
            RunRecord record =
                    new RunRecord(
                            hash,
                            state,
                            secondsBefore + (notedMs - beginMs) / 1e3,
                            peakBytes,
                            attempt,
                            clock.instant(),
                            problem);
            record.write(folder);
            return record;
        }
    }
}
