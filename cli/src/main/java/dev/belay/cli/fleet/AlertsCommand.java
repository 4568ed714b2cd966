package dev.belay.cli.fleet;

import dev.belay.cli.service.BrokerOptions;
import dev.belay.cli.table.TextTable;
import dev.belay.runtime.clients.TopicTable;
import dev.belay.schemas.events.Alert;
import dev.belay.schemas.events.AlertKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code belay alerts}: changes in the labels of tasks. */
@Command(
        name = "alerts",
        mixinStandardHelpOptions = true,
        description = {
            "Changes in the labels of tasks, the oldest first: what changed, from what to what,"
                    + " since when, and on how many examples that rests.",
            "The records that show a change are those of the predictions topic with event times"
                    + " between since and until."
        })
public final class AlertsCommand implements Callable<Integer> {
    private static final Duration CATCH_UP = Duration.ofSeconds(60);

    @Spec private CommandSpec spec;
    @Mixin private BrokerOptions broker;

    @Option(names = "--task", paramLabel = "TASK", description = "Of this task only.")
    private @Nullable String task;

    @Option(names = "--json", description = "JSON instead of a table.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        return broker.on(
                spec.commandLine().getErr(),
                clients -> {
                    List<Alert> found = new ArrayList<>();
                    try (var alerts =
                            new TopicTable<>(
                                    clients,
                                    clients.topics().alerts(),
                                    Alert.class,
                                    (key, alert) -> {
                                        if (alert != null
                                                && (task == null || task.equals(alert.getTask()))) {
                                            found.add(alert);
                                        }
                                    })) {
                        alerts.catchUp(CATCH_UP);
                    }
                    table(found).print(spec.commandLine().getOut(), json, "no alerts");
                    return 0;
                });
    }

    private static TextTable table(List<Alert> alerts) {
        TextTable table =
                new TextTable(
                        "task",
                        "what",
                        "of",
                        "slice",
                        "from",
                        "to",
                        "since",
                        "until",
                        "examples before",
                        "examples after");
        for (Alert alert : alerts) {
            boolean pair = alert.getKind() == AlertKind.DISAGREEMENT;
            table.add(
                    alert.getTask(),
                    alert.getKind().name().toLowerCase(Locale.ROOT),
                    pair ? alert.getStudent() : alert.getSupervisor(),
                    alert.getSlice(),
                    shares(alert.getKind(), alert.getBefore()),
                    shares(alert.getKind(), alert.getAfter()),
                    Instant.ofEpochMilli(alert.getSinceMs()).toString(),
                    Instant.ofEpochMilli(alert.getUntilMs()).toString(),
                    alert.getExamplesBefore(),
                    alert.getExamplesAfter());
        }
        return table;
    }

    /** The share of the outcome that the kind names; of labels all shares. */
    private static String shares(AlertKind kind, List<Double> shares) {
        List<Double> shown =
                kind == AlertKind.LABELS
                        ? shares
                        : shares.subList(shares.size() - 1, shares.size());
        return String.join(
                " ", shown.stream().map(p -> String.format(Locale.ROOT, "%.3f", p)).toList());
    }
}
