package dev.belay.cli.bench;

import dev.belay.benchmarks.harness.Findings;
import dev.belay.benchmarks.harness.Rounds;
import dev.belay.benchmarks.trainer.GridLoop;
import dev.belay.cli.experiment.Experiment;
import dev.belay.cli.experiment.ExperimentFile;
import dev.belay.cli.results.ExperimentProcess;
import dev.belay.cli.results.ListedExperiment;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.input.Input;
import dev.belay.models.input.Inputs;
import dev.belay.producers.dataset.DataSet;
import dev.belay.producers.dataset.Rows;
import dev.belay.producers.source.Row;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Split;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code belay bench grid}. */
@Command(
        name = "grid",
        mixinStandardHelpOptions = true,
        description =
                "An experiment with many heads, all caches cold, beside a loop that encodes once and"
                        + " trains the same heads one after the other in DJL.")
final class BenchGridCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "an experiment of two classes (default: experiments/grid.yaml)")
    private @Nullable Path file;

    @Option(names = "--rounds", defaultValue = "1", description = "(1)")
    private int rounds;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "where the temporary folder is made (default: the system's folder for such)")
    private @Nullable Path dir;

    private long peakBytes;

    @Override
    public Integer call() throws IOException {
        Path of = file == null ? Path.of("experiments", "grid.yaml") : file;
        PrintWriter err = spec.commandLine().getErr();
        Path folder =
                dir == null
                        ? Files.createTempDirectory("belay-bench")
                        : Files.createTempDirectory(dir, "belay-bench");
        try {
            Rounds found =
                    Rounds.run(
                            rounds,
                            round -> run(of, folder.resolve("run" + round)),
                            round -> loop(of, folder.resolve("loop" + round), err),
                            line -> {
                                err.println(line);
                                err.flush();
                            });
            Findings findings = new Findings("grid");
            findings.compared(
                    "gridSeconds",
                    found.first(),
                    "loopSeconds",
                    found.second(),
                    "all models, s",
                    "toBare",
                    found.ratio());
            findings.figure("peakMiB", "peak memory of all processes, MiB", peakBytes / 1048576.0);
            spec.commandLine().getOut().printf("%n%s%n%s%n", findings.table(), findings.json());
            return 0;
        } finally {
            Utils.delete(folder.toFile());
        }
    }

    /** From the start of the process to its end. */
    private double run(Path experiment, Path folder) {
        try {
            ListedExperiment listed = ListedExperiment.in(List.of(experiment)).get(0);
            long begin = System.nanoTime();
            int code =
                    new ExperimentProcess(folder.resolve("data"), List.of())
                            .run(
                                    listed,
                                    folder.resolve("out"),
                                    false,
                                    bytes -> peakBytes = Math.max(peakBytes, bytes));
            if (code != 0) {
                throw new IllegalStateException(experiment + " ended with code " + code);
            }
            return (System.nanoTime() - begin) / 1e9;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static double loop(Path file, Path folder, PrintWriter err) {
        Experiment experiment = ExperimentFile.read(file);
        List<Input> student = new ArrayList<>();
        List<float[]> labels = new ArrayList<>();
        List<Input> holdout = new ArrayList<>();
        try (DataSet data = DataSet.open(experiment.data());
                Rows rows = data.rows()) {
            while (rows.hasNext()) {
                Row row = rows.next();
                if (row.split() == Split.HOLDOUT) {
                    holdout.add(Inputs.of(row.example()));
                } else if (row.split() == Split.STUDENT && row.hasLabel()) {
                    student.add(Inputs.of(row.example()));
                    labels.add(row.label() == 0 ? new float[] {1, 0} : new float[] {0, 1});
                }
            }
            List<ModelSpec> heads =
                    experiment.resolve(data, 1, 0, folder).stream()
                            .filter(model -> !Encoders.isCheap(model.getEncoderName()))
                            .toList();
            return GridLoop.seconds(
                    heads, student, labels, holdout, folder.resolve("cache"), err::println);
        }
    }
}
