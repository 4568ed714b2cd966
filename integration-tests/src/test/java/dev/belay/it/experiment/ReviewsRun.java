package dev.belay.it.experiment;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * A broker with an empty topic {@code reviews} of three partitions, and a live experiment on it,
 * whose runs are processes of their own. Its report goes to {@code out} of the folder.
 */
final class ReviewsRun implements AutoCloseable {
    static final String TOPIC = "reviews";

    private final Path folder;
    private final EmbeddedPlatform platform;

    private ReviewsRun(Path folder, EmbeddedPlatform platform) {
        this.folder = folder;
        this.platform = platform;
    }

    static ReviewsRun of(Path folder, String experiment) throws Exception {
        Files.writeString(folder.resolve("live.yaml"), experiment);
        EmbeddedPlatform platform =
                EmbeddedPlatform.start(
                        new PlatformConfig(folder.resolve("broker"), 0, 0), line -> {});
        try (var admin = Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 3, (short) 1))).all().get();
        }
        return new ReviewsRun(folder, platform);
    }

    String bootstrapServers() {
        return platform.bootstrapServers();
    }

    String registryUrl() {
        return platform.registryUrl();
    }

    ReviewWriter writer() {
        return new ReviewWriter(bootstrapServers(), TOPIC);
    }

    /** Starts or resumes the experiment. */
    BelayProcess start(String... more) throws IOException {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "run",
                                folder.resolve("live.yaml").toString(),
                                "--out",
                                folder.resolve("out").toString(),
                                "--data",
                                folder.resolve("data").toString(),
                                "--services",
                                "embedded",
                                "--set",
                                "health.port=-1"));
        all.addAll(List.of(more));
        return BelayProcess.start(folder, connected(all));
    }

    /** What another command prints, which has to succeed. */
    String succeed(String name, String... arguments) throws Exception {
        return BelayProcess.succeed(folder.resolve(name), connected(List.of(arguments)));
    }

    private String[] connected(List<String> arguments) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("--bootstrap-servers", bootstrapServers()));
        all.addAll(List.of("--registry", registryUrl()));
        return all.toArray(String[]::new);
    }

    @Override
    public void close() {
        platform.close();
    }
}
