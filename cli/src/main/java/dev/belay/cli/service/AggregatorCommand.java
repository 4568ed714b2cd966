package dev.belay.cli.service;

import dev.belay.runtime.Clients;
import dev.belay.runtime.Service;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code belay aggregator}. */
@Command(
        name = "aggregator",
        mixinStandardHelpOptions = true,
        description = "Keeps accuracies, PGR and agreement of every pair, with Kafka Streams.")
public final class AggregatorCommand extends ServiceCommand {

    @Override
    List<? extends Service> services(Clients clients) {
        return List.of(Services.aggregator(clients));
    }
}
