package dev.belay.it.trainers;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * What the tests of this package share: a broker, a registry, the data, and what one undisturbed
 * trainer makes of them. Made by the first test, closed after the last.
 */
final class Shared implements BeforeAllCallback {
    private static @Nullable Installation installation;

    /** Its folder is left under {@code target} for a look at it. */
    static final class Installation implements AutoCloseable {
        private final Path folder;
        private final EmbeddedPlatform platform;
        private final Grid grid;
        private final Undisturbed undisturbed;

        Installation() {
            try {
                Path target = Files.createDirectories(Path.of("target", "it").toAbsolutePath());
                folder = Files.createTempDirectory(target, "trainers-");
                grid = Grid.in(folder.resolve("data"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            PlatformConfig config = new PlatformConfig(folder.resolve("platform"), 0, 0);
            platform = EmbeddedPlatform.start(config, line -> {});
            undisturbed = new Undisturbed(this);
        }

        Path folder() {
            return folder;
        }

        EmbeddedPlatform platform() {
            return platform;
        }

        Grid grid() {
            return grid;
        }

        Undisturbed undisturbed() {
            return undisturbed;
        }

        @Override
        public void close() {
            undisturbed.close();
            platform.close();
            grid.close();
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        installation =
                context.getRoot()
                        .getStore(Namespace.GLOBAL)
                        .getOrComputeIfAbsent(
                                Installation.class, type -> new Installation(), Installation.class);
    }

    static Installation get() {
        Installation made = installation;
        if (made == null) {
            throw new IllegalStateException("a test of this package is extended with Shared");
        }
        return made;
    }
}
