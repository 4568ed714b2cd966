package dev.belay.cli.service;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.Service;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code belay aggregator}. */
@Command(
        name = "aggregator",
        mixinStandardHelpOptions = true,
        description = "Keeps accuracies, PGR and agreement of every pair, with Kafka Streams.",
        footerHeading = "%nSettings of its own (--set KEY=VALUE):%n",
        footer = {
            "  aggregator.windows        of event time, such as 1h or 1h/15m,1d; none: empty (1h)",
            "  aggregator.grace          how late truth still updates windows (1h)",
            "  aggregator.truth-horizon  how late truth is still counted (7d)",
            "  aggregator.alerts         examples of a task between two false alarms; 0: no alerts (300000)",
            "  aggregator.patience       seconds of failures without progress before giving up (900)",
            "  aggregator.server         HOST:PORT at which a program that embeds it serves its rows (none)",
            "  state                     folder of Kafka Streams' state"
        })
public final class AggregatorCommand extends ServiceCommand {

    @Override
    List<? extends Service> services(Clients clients) {
        return List.of(Services.aggregator(clients));
    }
}
