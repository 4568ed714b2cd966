package dev.belay.cli.fleet;

import dev.belay.cli.service.BrokerOptions;
import dev.belay.cli.service.Services;
import dev.belay.cli.table.TextTree;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Progress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code belay lineage}: the chain from a metric back to the examples. */
@Command(
        name = "lineage",
        mixinStandardHelpOptions = true,
        description =
                "Provenance of a checkpoint, also of a stopped model: its metric, files, spec, labels,"
                        + " supervisors, truth and the source of the examples; or of a labeler:"
                        + " its kind, version, spec and what it reads.")
public final class LineageCommand implements Callable<Integer> {
    private static final Duration CATCH_UP = Duration.ofSeconds(60);

    @Spec private CommandSpec spec;
    @Mixin private BrokerOptions broker;

    @Parameters(paramLabel = "CHECKPOINT", description = CheckpointReference.CHECKPOINT)
    private String checkpoint;

    @Override
    public Integer call() throws Exception {
        CheckpointReference reference = CheckpointReference.parse(checkpoint);
        return broker.on(
                spec.commandLine().getErr(),
                clients -> {
                    Fleet fleet = Fleet.read(clients);
                    Lineage lineage =
                            new Lineage(
                                    fleet,
                                    Fleet.metrics(clients),
                                    Services.store(clients),
                                    clients.topics(),
                                    task -> sources(clients, task));
                    LabelerSpec labeler = fleet.labelers().get(fleet.model(reference).toString());
                    TextTree tree =
                            labeler == null
                                    ? lineage.of(fleet.checkpoint(reference))
                                    : lineage.of(labeler);
                    tree.print(spec.commandLine().getOut());
                    return 0;
                });
    }

    private static List<String> sources(Clients clients, String task) {
        try (ProgressTable progress = new ProgressTable(clients, task)) {
            progress.catchUp(CATCH_UP);
            String examples = clients.topics().examples(task);
            return progress.all().stream()
                    .filter(p -> p.getTopic().equals(examples))
                    .map(Progress::getSourceHash)
                    .filter(Objects::nonNull)
                    .distinct()
                    .toList();
        }
    }
}
