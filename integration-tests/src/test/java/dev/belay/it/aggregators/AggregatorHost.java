package dev.belay.it.aggregators;

import dev.belay.aggregators.AggregatorService;
import dev.belay.cli.logging.Logging;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.runtime.settings.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An aggregator as {@code belay aggregator} starts it, in a process that ends when whoever started
 * it does. Arguments: settings as {@code key=value}.
 */
final class AggregatorHost {
    private AggregatorHost() {}

    public static void main(String[] args) throws InterruptedException {
        endWithTheParent();
        Logging.toTerminal();
        Map<String, String> settings = new HashMap<>();
        for (String arg : args) {
            String[] setting = arg.split("=", 2);
            settings.put(setting[0], setting[1]);
        }
        Clients clients = new Clients(Settings.of(settings), new SimpleMeterRegistry());
        clients.awaitBroker();
        ServiceGroup group = ServiceGroup.start(List.of(new AggregatorService(clients)));
        Runtime.getRuntime().addShutdownHook(new Thread(group::close, "stop"));
        group.await();
        System.exit(group.failure() == null ? 0 : 1);
    }

    /** Its standard input ends with the process that holds the other end. */
    private static void endWithTheParent() {
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                while (System.in.read() >= 0) {
                                    // nothing is ever written
                                }
                            } catch (IOException e) {
                                System.out.println("the parent has gone: " + e);
                            }
                            Runtime.getRuntime().halt(3);
                        },
                        "parent");
        thread.setDaemon(true);
        thread.start();
    }
}
