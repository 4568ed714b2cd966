package dev.belay.cli.service;

import dev.belay.aggregators.AggregatorService;
import dev.belay.labelers.Evaluator;
import dev.belay.labelers.ModelLabeler;
import dev.belay.labelers.TruthLabeler;
import dev.belay.models.CheckpointStore;
import dev.belay.models.CheckpointStores;
import dev.belay.models.Device;
import dev.belay.models.Networks;
import dev.belay.models.S3Store;
import dev.belay.runtime.Clients;
import dev.belay.runtime.Service;
import dev.belay.runtime.Settings;
import dev.belay.trainers.TrainerService;
import dev.belay.trainers.TrainerService.Group;
import java.net.URI;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Makes the services from the settings: the one place that knows what each needs. */
public final class Services {
    private Services() {}

    /** All of them, for one process that does everything. */
    public static List<Service> all(Clients clients) {
        return List.of(
                truthLabeler(clients),
                modelLabeler(clients),
                evaluator(clients),
                trainer(clients, EnumSet.allOf(Group.class)),
                aggregator(clients));
    }

    static Service truthLabeler(Clients clients) {
        return new TruthLabeler(clients);
    }

    static Service modelLabeler(Clients clients) {
        return new ModelLabeler(clients, store(clients));
    }

    static Service evaluator(Clients clients) {
        return new Evaluator(clients, store(clients));
    }

    static Service trainer(Clients clients, Set<Group> groups) {
        return new TrainerService(clients, store(clients), networks(clients), groups);
    }

    static Service aggregator(Clients clients) {
        return new AggregatorService(clients);
    }

    /** The checkpoint store that the settings name. */
    public static CheckpointStore store(Clients clients) {
        Settings settings = clients.settings();
        String endpoint = settings.s3Endpoint();
        return CheckpointStores.open(
                settings.store(),
                new S3Store.Options(
                        endpoint == null ? null : URI.create(endpoint),
                        settings.s3Region(),
                        settings.s3PathStyle()));
    }

    private static Networks networks(Clients clients) {
        Settings settings = clients.settings();
        Device device = Device.parse(settings.device());
        return Networks.of(device, settings.cache(), settings.encoders());
    }
}
