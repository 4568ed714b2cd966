package dev.belay.cli.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.utils.Utils;

/**
 * Makes the registry's class archive (AppCDS), which halves its time to start: runs it once, uses
 * it as a client does, and lets the JVM write down the classes it loaded.
 *
 * <p>Made once for an unpacked registry and a JVM. See docs/decisions on how the registry starts.
 */
public final class RegistryArchive {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private RegistryArchive() {}

    /** Called by the launcher after a build; exit code 1 and a message if it could not be made. */
    public static void main(String[] args) throws IOException, InterruptedException {
        try {
            make();
        } catch (PlatformException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    /** Does nothing if the archive is there. */
    static void make() throws IOException, InterruptedException {
        var home = RegistryHome.locate();
        if (Files.exists(home.archive())) {
            return;
        }
        var work = Files.createTempDirectory(home.folder(), "archive");
        try {
            var aside = work.resolve("classes.jsa");
            record(home, work, aside);
            Files.move(aside, home.archive(), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Utils.delete(work.toFile());
        }
    }

    private static void record(RegistryHome home, Path work, Path archive)
            throws IOException, InterruptedException {
        int port = Ports.take(List.of(new Ports.Wanted("registry", 0, "--registry-port"))).get(0);
        Files.createDirectories(work.resolve("tmp"));
        List<String> command = new ArrayList<>(RegistryHome.javaCommand());
        command.add("-XX:ArchiveClassesAtExit=" + archive);
        command.addAll(RegistryProcess.settings(work, BrokerSettings.HOST, port));
        command.addAll(List.of("-cp", home.runner().toString(), RegistryChild.REGISTRY_MAIN));
        var log = work.resolve("log");
        var process =
                new ProcessBuilder(command)
                        .directory(work.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            use(new RegistryApi(BrokerSettings.HOST, port), process);
            process.destroy(); // an orderly end, at which the JVM writes the archive
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || !Files.exists(archive)) {
                throw new PlatformException(
                        "the JVM wrote no class archive for the registry within %s: %s"
                                .formatted(LIMIT, Files.readString(log)));
            }
        } finally {
            process.destroyForcibly();
        }
    }

    private static void use(RegistryApi api, Process process)
            throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        while (!api.answers()) {
            if (process.waitFor(50, TimeUnit.MILLISECONDS) || System.nanoTime() > deadlineNs) {
                throw new PlatformException(
                        "the schema registry did not come up to have its classes archived");
            }
        }
        api.requireBackwardCompatibility();
        var schema = "{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"R\\\",\\\"fields\\\":[]}";
        api.register("archive-value", schema);
        api.register("archive-value", schema);
    }
}
