package dev.belay.cli.results;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code belay results}. */
@Command(
        name = "results",
        mixinStandardHelpOptions = true,
        description =
                "Runs all experiments of a folder and writes a page with their results. The same"
                        + " command resumes; finished experiments are not run again.")
public final class ResultsCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "PATH",
            description =
                    "experiment files, and folders with experiments GROUP/NAME.yaml (default:"
                            + " experiments/results)")
    private List<Path> paths = new ArrayList<>();

    @Option(
            names = "--page",
            paramLabel = "FILE",
            defaultValue = "docs/results.md",
            description = "the page, its figures in a folder beside it (default: ${DEFAULT-VALUE})")
    private Path page;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "belay-out/results",
            description = "where the results of each experiment go (default: ${DEFAULT-VALUE})")
    private Path out;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = ".belay/results",
            description =
                    "where brokers, checkpoints and the common cache are kept (default:"
                            + " ${DEFAULT-VALUE})")
    private Path data;

    @Option(names = "--fresh", description = "run all again, also what is finished")
    private boolean fresh;

    @Option(names = "--page-only", description = "write the page from what there is, run nothing")
    private boolean pageOnly;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "a setting of all runs, as in belay run")
    private List<String> settings = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter terminal = spec.commandLine().getOut();
        List<Path> listed = paths.isEmpty() ? List.of(Path.of("experiments/results")) : paths;
        List<ListedExperiment> experiments = ListedExperiment.in(listed);
        boolean complete = true;
        if (!pageOnly) {
            List<String> options = new ArrayList<>();
            settings.forEach(setting -> options.addAll(List.of("--set", setting)));
            ResultsRun run =
                    new ResultsRun(
                            new ExperimentProcess(data, options),
                            out,
                            Clock.systemUTC(),
                            line -> {
                                terminal.println(line);
                                terminal.flush();
                            });
            complete = run.run(experiments, fresh, () -> write(experiments));
        }
        write(experiments);
        terminal.printf("%nresults: %s%n", page);
        return complete ? 0 : 1;
    }

    private void write(List<ListedExperiment> experiments) throws IOException {
        List<SetResult> results = new ArrayList<>();
        for (ListedExperiment experiment : experiments) {
            results.add(SetResult.of(experiment, out));
        }
        new ResultsPage(results, command()).write(page);
    }

    private String command() {
        StringBuilder command = new StringBuilder("./belay results");
        paths.forEach(path -> command.append(' ').append(path));
        settings.forEach(setting -> command.append(" --set ").append(setting));
        return command.toString();
    }
}
