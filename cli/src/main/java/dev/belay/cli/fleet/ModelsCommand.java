package dev.belay.cli.fleet;

import dev.belay.cli.experiment.Experiment;
import dev.belay.cli.experiment.ExperimentFile;
import dev.belay.cli.run.ExperimentRegistration;
import dev.belay.cli.service.BrokerOptions;
import dev.belay.cli.table.TextTable;
import dev.belay.producers.dataset.DataSet;
import dev.belay.runtime.clients.Clients;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.FineTuning;
import dev.belay.schemas.events.FineTuningScope;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.State;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code belay models list | add | stop}: which models there are, are to be, are to be no more. */
@Command(
        name = "models",
        mixinStandardHelpOptions = true,
        description = "The models of a fleet: list, add, stop.")
public final class ModelsCommand implements Runnable {
    private static final String NO_LONGER = ": the file no longer has it";

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which of: list, add, stop?");
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists the models: the newest run of each, and how far it is.")
    int list(
            @Mixin BrokerOptions broker,
            @Option(names = "--experiment", paramLabel = "NAME", description = "only of this one")
                    @Nullable String experiment,
            @Option(names = "--json", description = "a list of objects, for machines") boolean json)
            throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        return broker.on(
                spec.commandLine().getErr(),
                clients -> {
                    Fleet fleet = Fleet.read(clients);
                    List<ModelId> ids = new ArrayList<>(fleet.ids());
                    ids.removeIf(id -> experiment != null && !id.experiment().equals(experiment));
                    table(fleet, ids)
                            .print(out, json, "no models; 'belay models add FILE' declares some");
                    return 0;
                });
    }

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = {
                "Declares the models of an experiment file to a running fleet, which takes them up.",
                "The same file again adds nothing; a changed model starts a new run, a changed labeler"
                        + " is a new version that labels from then on. Stops the models, labelers"
                        + " and seeds that the file no longer has. The data are written by 'belay"
                        + " produce FILE'."
            })
    int add(
            @Mixin BrokerOptions broker,
            @Parameters(paramLabel = "FILE", description = "the experiment file") Path file)
            throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        broker.usePlugins();
        Experiment experiment = ExperimentFile.read(file);
        try (@Nullable DataSet data = experiment.openData()) {
            return broker.on(
                    spec.commandLine().getErr(),
                    clients -> {
                        ExperimentRegistration.Run run =
                                new ExperimentRegistration(clients, experiment, data)
                                        .make(false, ExperimentRegistration.Changed.NEW_VERSION);
                        if (run.isOld()) {
                            out.println("nothing to add, these models are there:");
                        }
                        for (LabelerSpec labeler : run.labelers()) {
                            out.printf(
                                    "%s (labeler, version %d)%n",
                                    labeler.getId(), labeler.getVersion());
                        }
                        run.specs().forEach(s -> out.println(s.getId()));
                        run.stopped().forEach(id -> out.println("stopped " + id + NO_LONGER));
                        return 0;
                    });
        }
    }

    @Command(
            name = "stop",
            mixinStandardHelpOptions = true,
            description = {
                "Stops models, in whatever run they are. Their checkpoints and labels stay.",
                "Adding the same file again goes on from their last checkpoints."
            })
    int stop(
            @Mixin BrokerOptions broker,
            @Parameters(
                            arity = "1..*",
                            paramLabel = "MODEL",
                            description =
                                    "EXPERIMENT/MODEL#SEED@RUN, or with parts left out from the"
                                            + " end: all that they cover")
                    List<String> models)
            throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        List<CheckpointReference> references =
                models.stream().map(CheckpointReference::parse).toList();
        return broker.on(
                spec.commandLine().getErr(),
                clients -> {
                    Fleet fleet = Fleet.read(clients);
                    List<ModelId> running =
                            fleet.current().keySet().stream().map(ModelId::parse).toList();
                    List<ModelId> stopping = new ArrayList<>();
                    for (CheckpointReference reference : references) {
                        stopping.addAll(fleet.find(reference, running));
                    }
                    stop(clients, fleet, stopping);
                    stopping.stream().distinct().forEach(id -> out.println("stopped " + id));
                    return 0;
                });
    }

    /**
     * One transaction: a tombstone for the newest run of each and for all older ones, so that none
     * of these becomes the newest; each in the partitions that its spec is in.
     */
    private static void stop(Clients clients, Fleet fleet, List<ModelId> stopping) {
        Topics topics = clients.topics();
        long now = System.currentTimeMillis();
        List<ProducerRecord<byte[], byte[]>> tombstones = new ArrayList<>();
        for (String id : fleet.all().keySet()) {
            ModelId old = ModelId.parse(id);
            if (stopping.stream()
                    .anyMatch(s -> s.labeler().equals(old.labeler()) && s.run() >= old.run())) {
                boolean labeler = fleet.labelers().containsKey(id);
                String topic = labeler ? topics.labelers() : topics.models();
                for (int partition : fleet.partitions().getOrDefault(id, Set.of())) {
                    tombstones.add(clients.codec().record(topic, partition, id, null, now));
                }
            }
        }
        clients.inTransaction(topics.prefix() + "models.stop", tombstones);
    }

    static TextTable table(Fleet fleet, List<ModelId> ids) {
        TextTable table =
                new TextTable(
                        "model",
                        "supervisor",
                        "encoder",
                        "state",
                        "checkpoint",
                        "seen",
                        "budget",
                        "loss",
                        "reason");
        for (int i = 0; i < ids.size(); i++) {
            ModelId id = ids.get(i);
            if (i + 1 < ids.size() && ids.get(i + 1).labeler().equals(id.labeler())) {
                continue; // a newer run follows
            }
            ModelSpec spec = fleet.current().get(id.toString());
            Checkpoint last = fleet.checkpoint(id.toString(), null);
            LabelerSpec labeler = fleet.labelers().get(id.toString());
            table.add(
                    id.toString(),
                    spec == null || labeler != null ? null : spec.getSupervisor(),
                    labeler != null
                            ? labeler.getMethod().getName()
                            : spec == null ? null : encoder(spec),
                    state(spec, last),
                    last == null ? 0L : last.getNumber(),
                    last == null ? 0L : last.getExamplesSeen(),
                    spec == null || spec.getBudget() == 0 ? null : spec.getBudget(),
                    last == null ? null : last.getLoss(),
                    last == null ? null : last.getReason());
        }
        return table;
    }

    private static String state(@Nullable ModelSpec spec, @Nullable Checkpoint last) {
        if (last == null) {
            if (spec == null) {
                return "stopped";
            }
            if (spec.getExternal()) {
                return LabelerSpecs.EXTERNAL;
            }
            return spec.getEncoderName().equals(LabelerSpecs.NO_ENCODER) ? "labeling" : "waiting";
        }
        if (spec != null) {
            return word(last.getState());
        }
        return last.getState() == State.FINISHED || last.getState() == State.FAILED
                ? "stopped, was " + word(last.getState())
                : "stopped";
    }

    private static String word(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    static String encoder(ModelSpec spec) {
        FineTuning tuning = spec.getFineTuning();
        if (tuning.getScope() == FineTuningScope.HEAD) {
            return spec.getEncoderName();
        }
        return spec.getEncoderName()
                + (tuning.getScope() == FineTuningScope.FULL
                        ? " (full)"
                        : " (last " + tuning.getLayers() + ")");
    }
}
