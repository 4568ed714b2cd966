package dev.belay.cli.bench;

import dev.belay.benchmarks.trainer.TrainerBench;
import dev.belay.benchmarks.trainer.TrainerBench.Sizes;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code belay bench trainer}. */
@Command(
        name = "trainer",
        mixinStandardHelpOptions = true,
        description =
                "A trainer beside DJL alone; its memory over many micro-epochs; 8 heads on one"
                        + " stream beside one.")
final class BenchTrainerCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private BenchPlatform platform;

    @Option(names = "--rounds", description = "of each comparison (5; quick: 1)")
    private @Nullable Integer rounds;

    @Option(names = "--examples", description = "of one round beside DJL (40960; quick: 8192)")
    private @Nullable Integer examples;

    @Option(
            names = "--micro-epochs",
            description = "over which memory is watched, a multiple of 10 (2000; quick: 100)")
    private @Nullable Integer microEpochs;

    @Option(names = "--texts", description = "of one round of 8 heads or 1 (1024; quick: 256)")
    private @Nullable Integer texts;

    @Override
    public Integer call() throws IOException {
        Sizes usual = platform.quick() ? Sizes.QUICK : Sizes.USUAL;
        Sizes sizes =
                new Sizes(
                        rounds == null ? usual.rounds() : rounds,
                        examples == null ? usual.examples() : examples,
                        microEpochs == null ? usual.microEpochs() : microEpochs,
                        texts == null ? usual.texts() : texts);
        return platform.run(
                spec.commandLine(),
                (clients, progress) -> new TrainerBench(clients, sizes, progress).run());
    }
}
