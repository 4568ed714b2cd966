package dev.belay.cli.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortsTest {
    @Test
    void aPortInUseIsNamedWithItsPurposeAndTheFlagThatChangesIt() throws Exception {
        // Given
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            // When
            var error =
                    assertThrows(
                            PlatformException.class,
                            () ->
                                    Ports.take(
                                            List.of(
                                                    new Ports.Wanted(
                                                            "Kafka broker", port, "--port"))));
            // Then
            var message = String.valueOf(error.getMessage());
            assertTrue(message.contains("port " + port + " for the Kafka broker"), message);
            assertTrue(message.contains("--port"), message);
        }
    }

    @Test
    void freePortsAreAllDifferent() {
        // Given
        var any = new Ports.Wanted("test", 0, "--test");
        // When
        var ports = Ports.take(List.of(any, any, any));
        // Then
        assertEquals(3, ports.stream().distinct().count());
        assertNotEquals(0, ports.get(0));
    }

    @Test
    void portsThatCannotBeAreRefusedByTheConfig() {
        assertThrows(IllegalArgumentException.class, () -> new PlatformConfig(Path.of("d"), -1, 0));
        assertThrows(
                IllegalArgumentException.class, () -> new PlatformConfig(Path.of("d"), 0, 65_536));
        assertThrows(
                IllegalArgumentException.class, () -> new PlatformConfig(Path.of("d"), 9092, 9092));
    }
}
