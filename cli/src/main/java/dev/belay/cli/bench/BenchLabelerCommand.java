package dev.belay.cli.bench;

import dev.belay.benchmarks.labeler.LabelerBench;
import dev.belay.benchmarks.labeler.LabelerBench.Sizes;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code belay bench labeler}. */
@Command(
        name = "labeler",
        mixinStandardHelpOptions = true,
        description =
                "A labeler, an evaluator and an encoder, each beside ONNX Runtime alone over the"
                        + " same texts; the memory that long texts take.")
final class BenchLabelerCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private BenchPlatform platform;

    @Option(names = "--rounds", description = "of each comparison (5; quick: 1)")
    private @Nullable Integer rounds;

    @Option(names = "--texts", description = "of one round (8192; quick: 256)")
    private @Nullable Integer texts;

    @Option(names = "--long-texts", description = "of 512 tokens (512; quick: 32)")
    private @Nullable Integer longTexts;

    @Override
    public Integer call() throws IOException {
        Sizes usual = platform.quick() ? Sizes.QUICK : Sizes.USUAL;
        Sizes sizes =
                new Sizes(
                        rounds == null ? usual.rounds() : rounds,
                        texts == null ? usual.texts() : texts,
                        longTexts == null ? usual.longTexts() : longTexts);
        return platform.run(
                spec.commandLine(),
                (clients, progress) -> new LabelerBench(clients, sizes, progress).run());
    }
}
