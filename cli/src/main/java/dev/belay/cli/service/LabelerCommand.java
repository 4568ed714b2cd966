package dev.belay.cli.service;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.Service;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code belay labeler}. */
@Command(
        name = "labeler",
        mixinStandardHelpOptions = true,
        description =
                "Labels examples with their truth, with each supervisor that is ready, and with each labeler"
                        + " that is not a model.",
        footerHeading = "%nSettings of its own (--set KEY=VALUE):%n",
        footer = {
            "  labeler.truth-horizon  how late truth may be on a live stream, in event time (7d)",
            "  labeler.truth-ids      ids of truth in memory, per partition (1000000)"
        })
public final class LabelerCommand extends ServiceCommand {

    @Override
    List<? extends Service> services(Clients clients) {
        return List.of(
                Services.truthLabeler(clients),
                Services.modelLabeler(clients),
                Services.specLabeler(clients));
    }
}
