package dev.belay.cli.service;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.Service;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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
    /** Which labelers, as a word of the command line. */
    enum Labelers {
        truth,
        others,
        all
    }

    @Option(
            names = "--group",
            description =
                    "truth: the labeler truth; others: models and labelers that are not models; all:"
                            + " both, where one process may read the truth (default:"
                            + " ${DEFAULT-VALUE})",
            defaultValue = "all")
    private Labelers labelers;

    @Override
    List<? extends Service> services(Clients clients) {
        List<Service> services = new ArrayList<>();
        if (labelers != Labelers.others) {
            services.add(Services.truthLabeler(clients));
        }
        if (labelers != Labelers.truth) {
            services.add(Services.modelLabeler(clients));
            services.add(Services.specLabeler(clients));
        }
        return services;
    }
}
