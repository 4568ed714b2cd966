package dev.belay.runtime.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.belay.runtime.settings.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClientsTest {
    private final List<String> said = new ArrayList<>();

    @Test
    void aBrokerThatDoesNotAnswerIsReportedAfterThreeSecondsAndEveryFive() throws IOException {
        // Given
        String address = "127.0.0.1:" + freePort();
        Clients clients = clients(Map.of("kafka.bootstrap.servers", address, "wait.broker", "9"));
        List<Long> seconds = new ArrayList<>();
        long begin = System.nanoTime();
        // When
        var error =
                assertThrows(
                        IllegalStateException.class,
                        () ->
                                clients.awaitBroker(
                                        line -> {
                                            said.add(line);
                                            seconds.add(since(begin));
                                        }));
        // Then
        String waiting = "no Kafka broker answers at " + address + " yet; waiting, ";
        assertEquals(List.of(waiting + "3 of 9 s", waiting + "8 of 9 s"), said);
        assertTrue(seconds.get(0) < 6, seconds::toString);
        assertTrue(String.valueOf(error.getMessage()).contains("(tried for 9 s)"), error::toString);
    }

    @Test
    void aServerWithoutARegistryAtItsPathIsRefusedAtOnceWithTheRightPath() throws IOException {
        for (String page : new String[] {"{\"error_code\": 404, \"message\": \"no\"}", "<html>"}) {
            for (int status : new int[] {404, 200}) {
                HttpServer server = server(status, page);
                try {
                    // Given
                    String url = "http://127.0.0.1:" + server.getAddress().getPort();
                    Clients clients = clients(Map.of("registry.url", url));
                    // When
                    var error =
                            assertThrows(
                                    IllegalStateException.class,
                                    () -> clients.awaitRegistry(said::add));
                    // Then
                    String message = String.valueOf(error.getMessage());
                    assertTrue(message.startsWith("no schema registry answers at " + url), message);
                    assertTrue(message.contains("has the path /apis/ccompat/v7"), message);
                    assertEquals(message, clients.registryProblem());
                    assertEquals(List.of(), said);
                } finally {
                    server.stop(0);
                }
            }
        }
    }

    @Test
    void aRegistryThatDoesNotAnswerIsReportedAndThenNamed() throws IOException {
        String url = "http://127.0.0.1:" + freePort() + "/apis/ccompat/v7";
        Clients clients = clients(Map.of("registry.url", url, "wait.broker", "1"));
        var error =
                assertThrows(IllegalStateException.class, () -> clients.awaitRegistry(said::add));
        String message = String.valueOf(error.getMessage());
        assertTrue(message.startsWith("no schema registry answers at " + url + ": "), message);
        assertTrue(message.contains("(tried for 1 s); start one with './belay registry'"), message);
        assertEquals(1, said.size(), said::toString);
    }

    @Test
    void aRegistryThatListsNoSubjectsToThisClientIsThere() throws IOException {
        for (int status : new int[] {200, 403}) {
            HttpServer server = server(status, "[]");
            try {
                String url = "http://127.0.0.1:" + server.getAddress().getPort();
                assertNull(clients(Map.of("registry.url", url)).registryProblem());
            } finally {
                server.stop(0);
            }
        }
    }

    private static Clients clients(Map<String, String> settings) {
        return new Clients(Settings.of(settings), new SimpleMeterRegistry());
    }

    private static HttpServer server(int status, String page) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    byte[] bytes = page.getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(status, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        server.start();
        return server;
    }

    private static int freePort() throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private static long since(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin).toSeconds();
    }
}
