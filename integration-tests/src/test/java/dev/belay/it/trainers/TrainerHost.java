package dev.belay.it.trainers;

import dev.belay.cli.logging.Logging;
import dev.belay.models.network.Networks;
import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.DirectoryStore;
import dev.belay.models.torch.Device;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.runtime.settings.Settings;
import dev.belay.trainers.checkpoints.CheckpointObserver;
import dev.belay.trainers.checkpoints.CheckpointObserver.Step;
import dev.belay.trainers.fleet.TrainerService;
import dev.belay.trainers.fleet.TrainerService.Group;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A trainer as {@code belay trainer} starts it, in a process that tells each commit, can be told to
 * do itself harm, and ends when whoever started it does.
 *
 * <p>Arguments: a {@link Harm}, then settings as {@code key=value}.
 */
final class TrainerHost {
    private TrainerHost() {}

    public static void main(String[] args) throws InterruptedException {
        endWithTheParent();
        Logging.toTerminal();
        Harm harm = Harm.parse(args[0]);
        Map<String, String> settings = new HashMap<>();
        for (int i = 1; i < args.length; i++) {
            String[] setting = args[i].split("=", 2);
            settings.put(setting[0], setting[1]);
        }
        Path root = Path.of(String.valueOf(settings.get("store")));
        Clients clients = new Clients(Settings.of(settings), new SimpleMeterRegistry());
        clients.awaitBroker();
        Networks networks =
                Networks.of(Device.CPU, clients.settings().cache(), clients.settings().encoders());
        CheckpointStore store = harm.store(new DirectoryStore(root), root);
        CheckpointObserver harming = harm.observer();
        CheckpointObserver telling =
                (step, model, number) -> {
                    if (step == Step.COMMITTED) {
                        System.out.println(
                                "COMMITTED "
                                        + System.currentTimeMillis()
                                        + " "
                                        + model
                                        + " "
                                        + number);
                    }
                    harming.at(step, model, number);
                };
        TrainerService trainer =
                new TrainerService(clients, store, networks, EnumSet.allOf(Group.class), telling);
        ServiceGroup group = ServiceGroup.start(List.of(trainer));
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
