package dev.belay.cli.platform;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code belay broker}: a broker and a registry for this machine until Ctrl-C. Exit code 1 on
 * failure.
 */
@Command(
        name = "broker",
        mixinStandardHelpOptions = true,
        description = "A real Kafka broker and schema registry for this machine, until Ctrl-C.")
public final class BrokerCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = ".belay",
            description = "where the data are kept (default: ${DEFAULT-VALUE})")
    private Path data;

    @Option(
            names = "--port",
            defaultValue = "9092",
            description = "the broker's port, 0 for a free one (default: ${DEFAULT-VALUE})")
    private int port;

    @Option(
            names = "--registry-port",
            defaultValue = "8081",
            description = "the registry's port, 0 for a free one (default: ${DEFAULT-VALUE})")
    private int registryPort;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        var config = new PlatformConfig(data, port, registryPort);
        try (var platform = EmbeddedPlatform.start(config, out::println)) {
            // close() is safe to call twice and from two threads
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> stop(platform, out), "platform-close"));
            var registryUrl = platform.registryUrl();
            out.printf("Data in %s. Stop with Ctrl-C. From another terminal:%n", data);
            out.printf(
                    "  ./belay run FILE --services embedded --bootstrap-servers %s --registry %s%n",
                    platform.bootstrapServers(), registryUrl);
            out.printf(
                    "  ./belay models add FILE --bootstrap-servers %s --registry %s%n",
                    platform.bootstrapServers(), registryUrl);
            out.println(
                    "Topics are not created by writing to them: create those of your own first; Belay's by"
                            + " './belay topics apply --experiment FILE'.");
            throw platform.failure().join();
        }
    }

    /** The JVM ends: by a signal, unless the platform has failed. */
    private static void stop(EmbeddedPlatform platform, PrintWriter out) {
        boolean failed = platform.failure().isDone();
        platform.close();
        if (!failed) {
            out.println("the broker was stopped by a signal, in order");
        }
    }
}
