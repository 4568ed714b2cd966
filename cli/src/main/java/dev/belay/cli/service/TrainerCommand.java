package dev.belay.cli.service;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.Service;
import dev.belay.trainers.fleet.TrainerService.Group;
import java.util.EnumSet;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code belay trainer}. */
@Command(
        name = "trainer",
        mixinStandardHelpOptions = true,
        description = "Trains its share of the models in micro-epochs.")
public final class TrainerCommand extends ServiceCommand {
    /** Which models, as a word of the command line. */
    enum Models {
        truth,
        others,
        all
    }

    @Option(
            names = "--group",
            description =
                    "truth: models supervised by truth; others: all other models; all: both, where"
                            + " one process may read the truth (default: ${DEFAULT-VALUE})",
            defaultValue = "all")
    private Models models;

    @Override
    List<? extends Service> services(Clients clients) {
        return List.of(
                Services.trainer(
                        clients,
                        switch (models) {
                            case truth -> EnumSet.of(Group.TRUTH);
                            case others -> EnumSet.of(Group.OTHERS);
                            case all -> EnumSet.allOf(Group.class);
                        }));
    }
}
