package dev.belay.cli.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code belay registry}: the schema registry alone, for a broker that runs elsewhere. Exit code 1
 * on failure.
 */
@Command(
        name = "registry",
        mixinStandardHelpOptions = true,
        description =
                "The schema registry alone, beside a broker that runs elsewhere, until Ctrl-C.")
public final class RegistryCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = ".belay",
            description = "where the schemas are kept (default: ${DEFAULT-VALUE})")
    private Path data;

    @Option(
            names = "--host",
            defaultValue = "127.0.0.1",
            description =
                    "address to listen on; anybody who reaches it may write (default: ${DEFAULT-VALUE})")
    private String host;

    @Option(
            names = "--registry-port",
            defaultValue = "8081",
            description = "port, 0 for a free one (default: ${DEFAULT-VALUE})")
    private int port;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Ports.requireValid("registry", port);
        var home = RegistryHome.locate();
        var dataDir = Files.createDirectories(data).toRealPath();
        try (var lock = DataDirLock.take(dataDir);
                var registry = launch(home, dataDir.resolve("registry"))) {
            Runtime.getRuntime().addShutdownHook(new Thread(registry::close, "registry-close"));
            spec.commandLine()
                    .getOut()
                    .printf("schema registry at %s, data in %s%n", registry.awaitReady(), lock);
            throw registry.failure().join();
        }
    }

    private RegistryProcess launch(RegistryHome home, Path folder) throws IOException {
        var wanted = new Ports.Wanted("schema registry", port, "--registry-port");
        return RegistryProcess.launch(home, folder, host, Ports.take(List.of(wanted)).get(0));
    }
}
