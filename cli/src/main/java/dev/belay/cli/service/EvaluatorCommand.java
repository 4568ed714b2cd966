package dev.belay.cli.service;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.Service;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code belay evaluator}. */
@Command(
        name = "evaluator",
        mixinStandardHelpOptions = true,
        description = "Predicts the holdout with every checkpoint that is due.")
public final class EvaluatorCommand extends ServiceCommand {

    @Override
    List<? extends Service> services(Clients clients) {
        return List.of(Services.evaluator(clients));
    }
}
