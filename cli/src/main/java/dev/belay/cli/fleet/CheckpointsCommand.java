package dev.belay.cli.fleet;

import dev.belay.cli.service.BrokerOptions;
import dev.belay.cli.service.Services;
import dev.belay.cli.table.TextTable;
import dev.belay.models.store.CheckpointStore;
import dev.belay.models.store.Provenance;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Checkpoint;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code belay checkpoints list | show | verify}. */
@Command(
        name = "checkpoints",
        mixinStandardHelpOptions = true,
        description = "The checkpoints of a fleet: list, show, verify.")
public final class CheckpointsCommand implements Runnable {
    private static final String MODEL =
            "EXPERIMENT/MODEL#SEED@RUN, or with parts left out from the end: all that they cover,"
                    + " in their newest runs (default: all models)";

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which of: list, show, verify?");
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists the committed checkpoints.")
    int list(
            @Mixin BrokerOptions broker,
            @Parameters(arity = "0..1", paramLabel = "MODEL", description = MODEL)
                    @Nullable String model,
            @Option(names = "--json", description = "a list of objects, for machines") boolean json)
            throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        return broker.on(
                spec.commandLine().getErr(),
                clients -> {
                    Fleet fleet = Fleet.read(clients);
                    TextTable table =
                            new TextTable(
                                    "checkpoint", "state", "seen", "loss", "written", "weights");
                    for (ModelId id : meant(fleet, model)) {
                        for (Checkpoint event :
                                fleet.checkpoints().getOrDefault(id.toString(), List.of())) {
                            table.add(
                                    id + ":" + event.getNumber(),
                                    event.getState().name().toLowerCase(Locale.ROOT),
                                    event.getExamplesSeen(),
                                    event.getLoss(),
                                    Instant.ofEpochMilli(event.getEventTimeMs()).toString(),
                                    json
                                            ? event.getWeightsSha256()
                                            : head(event.getWeightsSha256()));
                        }
                    }
                    table.print(out, json, "no checkpoints");
                    return 0;
                });
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description =
                    "Shows a checkpoint: its event, and its provenance as it is in the store.")
    int show(
            @Mixin BrokerOptions broker,
            @Parameters(paramLabel = "CHECKPOINT", description = CheckpointReference.CHECKPOINT)
                    String checkpoint)
            throws Exception {
        CheckpointReference reference = CheckpointReference.parse(checkpoint);
        PrintWriter out = spec.commandLine().getOut();
        return broker.on(
                spec.commandLine().getErr(),
                clients -> {
                    Checkpoint event = Fleet.read(clients).checkpoint(reference);
                    CheckpointStore store = Services.store(clients);
                    out.printf("checkpoint   %s:%d%n", event.getModel(), event.getNumber());
                    out.printf(
                            "state        %s%s%n",
                            event.getState().name().toLowerCase(Locale.ROOT),
                            event.getReason() == null ? "" : ": " + event.getReason());
                    out.printf("seen         %d examples%n", event.getExamplesSeen());
                    out.printf(Locale.ROOT, "loss         %.4f nats%n", event.getLoss());
                    out.printf("written      %s%n", Instant.ofEpochMilli(event.getEventTimeMs()));
                    out.printf("weights      %s%n", event.getWeightsUri());
                    out.printf("state file   %s%n", event.getStateUri());
                    out.printf("provenance   %s%n", event.getProvenanceUri());
                    Provenance found = CheckpointFiles.find(store, event);
                    if (found == null) {
                        out.println(
                                "(it can't be read; 'belay checkpoints verify "
                                        + event.getModel()
                                        + "' says why)");
                    } else {
                        out.print(new String(found.toJson(), StandardCharsets.UTF_8));
                        out.flush();
                    }
                    return 0;
                });
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = {
                "Checks that every committed checkpoint's files are in the store, unaltered,",
                "well-formed, and that their provenance says what the event says. Files that the"
                        + " model's retention policy does not keep may be gone. Exit code 1 when"
                        + " anything is wrong."
            })
    int verify(
            @Mixin BrokerOptions broker,
            @Parameters(arity = "0..1", paramLabel = "MODEL", description = MODEL)
                    @Nullable String model,
            @Option(names = "--json", description = "a list of objects, for machines") boolean json)
            throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        return broker.on(
                spec.commandLine().getErr(),
                clients -> {
                    Fleet fleet = Fleet.read(clients);
                    var verification =
                            new CheckpointVerification(
                                    Services.store(clients), fleet, Fleet.metrics(clients));
                    meant(fleet, model).forEach(id -> verification.check(id.toString()));
                    if (json) {
                        verification.table().printJson(out);
                    } else {
                        if (!verification.table().isEmpty()) {
                            verification.table().print(out);
                        }
                        out.println(verification.summary());
                    }
                    return verification.isSound() ? 0 : 1;
                });
    }

    /** All models where none is named: in all of their runs. */
    private static List<ModelId> meant(Fleet fleet, @Nullable String model) {
        return model == null
                ? List.copyOf(fleet.ids())
                : fleet.find(CheckpointReference.parse(model), fleet.ids());
    }

    private static String head(String sha256) {
        return sha256.length() > 12 ? sha256.substring(0, 12) : sha256;
    }
}
