package dev.belay.cli.service;

import dev.belay.aggregators.AggregatorService;
import dev.belay.labelers.evaluation.Evaluator;
import dev.belay.labelers.model.ModelLabelingService;
import dev.belay.labelers.spec.SpecLabelingService;
import dev.belay.labelers.truth.TruthLabelingService;
import dev.belay.models.network.Networks;
import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.CheckpointStores;
import dev.belay.models.store.S3Store;
import dev.belay.models.torch.Device;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.Service;
import dev.belay.runtime.settings.Settings;
import dev.belay.trainers.fleet.TrainerService;
import dev.belay.trainers.fleet.TrainerService.Group;
import java.net.URI;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Builds the services from the settings. */
public final class Services {
    private Services() {}

    /** All services, for one process. */
    public static List<Service> all(Clients clients) {
        return List.of(
                truthLabeler(clients),
                modelLabeler(clients),
                specLabeler(clients),
                evaluator(clients),
                trainer(clients, EnumSet.allOf(Group.class)),
                aggregator(clients));
    }

    static Service truthLabeler(Clients clients) {
        return new TruthLabelingService(clients);
    }

    static Service modelLabeler(Clients clients) {
        return new ModelLabelingService(clients, store(clients));
    }

    static Service specLabeler(Clients clients) {
        return new SpecLabelingService(clients);
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
