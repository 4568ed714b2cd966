package dev.belay.cli.bench;

import dev.belay.benchmarks.aggregator.AggregatorBench;
import dev.belay.benchmarks.aggregator.AggregatorBench.Part;
import dev.belay.benchmarks.aggregator.AggregatorBench.Sizes;
import dev.belay.runtime.clients.Clients;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code belay bench aggregator}. */
@Command(
        name = "aggregator",
        mixinStandardHelpOptions = true,
        description =
                "An aggregator beside a bare consumer and beside the plain DSL of Kafka Streams;"
                        + " its latency, its recovery, and what its cost grows with.")
final class BenchAggregatorCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private BenchPlatform platform;

    @Option(names = "--rounds", description = "of the comparison (5; quick: 1)")
    private @Nullable Integer rounds;

    @Option(names = "--examples", description = "of the holdout (16000; quick: 2000)")
    private @Nullable Integer examples;

    @Option(names = "--checkpoints", description = "of two students and a ceiling (832; quick: 20)")
    private @Nullable Integer checkpoints;

    @Option(
            names = "--dsl-predictions",
            description = "about how many the DSL's side counts (100000; quick: 7000)")
    private @Nullable Integer dslPredictions;

    @Option(
            names = "--singles",
            description = "about how many predictions in blocks of one (1000000; quick: 20000)")
    private @Nullable Integer singles;

    @Option(
            names = "--latency-seconds",
            description = "for about how long latency is measured (20; quick: 3)")
    private @Nullable Integer latencySeconds;

    @Option(
            names = "--bare-only",
            description = "only beside a bare consumer: while its speed is worked on")
    private boolean bareOnly;

    @Option(
            names = "--stream-threads",
            description = "that count (${DEFAULT-VALUE}, as Belay is alone on two cores)",
            defaultValue = "2")
    private int streamThreads;

    @Override
    public Integer call() throws IOException {
        Sizes usual = platform.quick() ? Sizes.QUICK : Sizes.USUAL;
        Sizes sizes =
                new Sizes(
                        rounds == null ? usual.rounds() : rounds,
                        examples == null ? usual.examples() : examples,
                        checkpoints == null ? usual.checkpoints() : checkpoints,
                        dslPredictions == null ? usual.dslPredictions() : dslPredictions,
                        singles == null ? usual.singles() : singles,
                        latencySeconds == null ? usual.latencySeconds() : latencySeconds);
        Part part = bareOnly ? Part.BARE : platform.quick() ? Part.QUICK : Part.ALL;
        return platform.run(
                spec.commandLine(),
                (clients, progress) ->
                        new AggregatorBench(withThreads(clients), sizes, part, progress).run());
    }

    private Clients withThreads(Clients clients) {
        Map<String, String> threads =
                Map.of("kafka.streams.num.stream.threads", Integer.toString(streamThreads));
        return new Clients(clients.settings().with(threads), clients.meters());
    }
}
