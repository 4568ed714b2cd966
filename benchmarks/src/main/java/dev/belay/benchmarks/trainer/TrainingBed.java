package dev.belay.benchmarks.trainer;

import dev.belay.benchmarks.harness.TableEncoder;
import dev.belay.benchmarks.harness.Waiting;
import dev.belay.models.encoder.Encoder;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.input.Input;
import dev.belay.models.network.Networks;
import dev.belay.models.store.DirectoryStore;
import dev.belay.models.torch.Device;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.ServiceGroup;
import dev.belay.trainers.fleet.TrainerService;
import dev.belay.trainers.fleet.TrainerService.Group;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where trainers are measured.
 *
 * @param table the encoder {@link TableEncoder#NAME} of its trainers; others are Belay's own
 * @param begun when a trainer encoded the first text since this was set to 0, which it does as soon
 *     as it has read the first label; {@link System#nanoTime}
 */
record TrainingBed(TableEncoder table, AtomicLong begun) {

    /** The real service with the real store. */
    ServiceGroup trainer(Clients clients) {
        var store = new DirectoryStore(Path.of(clients.settings().store()));
        var networks =
                new Networks(
                        encoder ->
                                new Timed(
                                        encoder.name().equals(TableEncoder.NAME)
                                                ? table
                                                : Encoders.open(
                                                        encoder.name(),
                                                        Device.CPU,
                                                        clients.settings().cache()),
                                        begun),
                        Device.CPU);
        var service = new TrainerService(clients, store, networks, Set.of(Group.TRUTH));
        ServiceGroup group = ServiceGroup.start(List.of(service));
        Waiting.until(service::ready, group, "the trainer to join its group");
        return group;
    }

    /** An encoder that remembers when it was first used. */
    private record Timed(Encoder encoder, AtomicLong begun) implements Encoder {
        @Override
        public float[][] encode(List<Input> inputs) {
            begun.compareAndSet(0, System.nanoTime());
            return encoder.encode(inputs);
        }

        @Override
        public String name() {
            return encoder.name();
        }

        @Override
        public int dimensions() {
            return encoder.dimensions();
        }

        @Override
        public void close() {
            encoder.close();
        }
    }
}
