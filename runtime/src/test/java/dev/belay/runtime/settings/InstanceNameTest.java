package dev.belay.runtime.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class InstanceNameTest {
    @TempDir Path state;

    /** Prints its name and waits for its end. */
    static final class Other {
        public static void main(String[] args) throws IOException {
            System.out.println(settings(Path.of(args[0])).instance());
            int end = System.in.read();
            System.exit(end < 0 ? 0 : 1);
        }
    }

    @Test
    void twoProcessesWithOneFolderHaveTwoNamesAndTheNextOneFindsThatOfAKilledOne()
            throws Exception {
        // Given
        String ours = settings(state).instance();
        assertTrue(ours.startsWith(InetAddress.getLocalHost().getHostName() + "-"), ours);
        assertEquals(ours, settings(state).instance());
        // When
        String first;
        Process killed = other();
        try {
            first = name(killed);
        } finally {
            killed.destroyForcibly(); // SIGKILL
        }
        assertTrue(killed.waitFor(30, TimeUnit.SECONDS));
        Process restarted = other();
        Process third = other();
        try {
            // Then
            assertNotEquals(ours, first);
            List<String> both = List.of(name(restarted), name(third));
            assertTrue(both.contains(first), () -> first + " is not among " + both);
            assertNotEquals(both.get(0), both.get(1));
            assertTrue(!both.contains(ours), both::toString);
        } finally {
            restarted.destroyForcibly();
            third.destroyForcibly();
        }
    }

    @Test
    void aNameThatIsSetIsTakenAsItIs() {
        assertEquals("left", Settings.of(Map.of("instance", "left")).instance());
    }

    @Test
    void whereNothingCanBeKeptTheNameIsStillOneOfItsOwn() throws IOException {
        // Given: a file where the folder should be
        Path file = Files.createFile(state.resolve("file"));
        // When
        String name = settings(file).instance();
        // Then
        assertNotEquals(settings(state).instance(), name);
        assertEquals(name, settings(file).instance());
    }

    private static Settings settings(Path state) {
        return Settings.of(Map.of("state", state.toString()));
    }

    private Process other() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        state.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static String name(Process process) throws IOException {
        return String.valueOf(
                new BufferedReader(
                                new InputStreamReader(
                                        process.getInputStream(), StandardCharsets.UTF_8))
                        .readLine());
    }
}
