package dev.belay.cli.bench;

import dev.belay.benchmarks.rows.RowsBench;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code belay bench rows}. */
@Command(
        name = "rows",
        mixinStandardHelpOptions = true,
        description =
                "Many rows of JSON Lines, Parquet and a topic with a bounded heap, beside plain loops over them.")
final class BenchRowsCommand implements Callable<Integer> {
    private static final long USUAL = 1_000_000;
    private static final long QUICK = 5_000;

    @Spec private CommandSpec spec;
    @Mixin private BenchPlatform platform;

    @Option(names = "--rows", description = "of each source (1000000; quick: 5000)")
    private @Nullable Long rows;

    @Option(
            names = "--heap",
            paramLabel = "MIB",
            description = "largest heap of the process that produces (${DEFAULT-VALUE})",
            defaultValue = "256")
    private int heapMiB;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "SOURCE",
            description = "some of jsonl, parquet, topic (default: all)")
    private List<String> only = RowsBench.SOURCES;

    @Override
    public Integer call() throws IOException {
        for (String source : only) {
            if (!RowsBench.SOURCES.contains(source)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "Invalid value for option '--only': found '%s', expected some of %s"
                                .formatted(source, RowsBench.SOURCES));
            }
        }
        long count = rows != null ? rows : platform.quick() ? QUICK : USUAL;
        return platform.run(
                spec.commandLine(),
                (clients, folder, progress) -> {
                    String main = spec.root().userObject().getClass().getName();
                    return new RowsBench(clients, folder, main, count, heapMiB, progress).run(only);
                });
    }
}
