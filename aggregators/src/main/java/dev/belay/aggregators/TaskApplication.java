package dev.belay.aggregators;

import dev.belay.aggregators.comparison.Catalog;
import dev.belay.aggregators.config.AggregatorConfig;
import dev.belay.aggregators.streams.Application;
import dev.belay.aggregators.streams.StreamsSettings;
import dev.belay.aggregators.topology.AggregatorTopology;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.Participant;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.streams.Topology;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Streams application of one task, and its queries. */
final class TaskApplication {
    private static final Logger LOG = LoggerFactory.getLogger(TaskApplication.class);

    private final Clients clients;
    private final AggregatorConfig config;
    private final Application application;
    private volatile Catalog catalog;

    /** The task's topics must exist. */
    TaskApplication(Clients clients, Admin admin, String task, int partitions) {
        LOG.info("aggregating task {} ({} partitions)", task, partitions);
        this.clients = clients;
        this.config =
                AggregatorConfig.of(
                                task,
                                partitions,
                                clients.topics(),
                                StreamsSettings.lateness(clients.settings()))
                        .withAlertRunLength(clients.settings().alertRunLength());
        this.catalog = new Catalog(task);
        this.application =
                new Application(
                        clients,
                        admin,
                        "the aggregator of task " + task,
                        StreamsSettings.of(clients.settings(), task),
                        this::topology);
    }

    Application application() {
        return application;
    }

    /** Its state, for the health endpoint. */
    Participant participant(String task) {
        String trouble = application.trouble();
        return new Participant(
                task,
                "task " + task,
                application.running()
                        ? null
                        : trouble == null ? "starting, or partitions are being moved" : trouble);
    }

    LiveMetrics live() {
        return new LiveMetrics(config.task(), application::streams, () -> catalog);
    }

    /** Each instance reads the catalog from its beginning. */
    private Topology topology() {
        catalog = new Catalog(config.task());
        return AggregatorTopology.build(config, clients.codec(), clients.meters(), catalog);
    }
}
