package dev.belay.cli.fleet;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.cli.noise.StudentStream;
import dev.belay.cli.noise.StudentStreamReader;
import dev.belay.cli.service.BrokerOptions;
import dev.belay.labelers.api.Labelers;
import dev.belay.runtime.clients.Clients;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Method;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code belay noise set}: other parameters for labelers of kind {@code noise} that are running;
 * {@code belay noise estimate}: how many labels of a student are wrong; {@code belay noise
 * effects}: what it makes of them; {@code belay noise sources}: what the sources of a labeler say.
 */
@Command(
        name = "noise",
        mixinStandardHelpOptions = true,
        description =
                "Wrong labels: set how many a labeler adds, estimate how many there are, show what"
                        + " a student makes of them and what the sources of a labeler say.")
public final class NoiseCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "which of: set, estimate, effects, sources?");
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = {
                "Changes parameters of a labeler of kind noise: a new version, which labels from"
                        + " the next transaction on and predicts the holdout again. Each label has the"
                        + " version that gave it.",
                "The experiment file still describes version 0: 'belay run' resumes the run with"
                        + " the newest version."
            })
    int set(
            @Mixin BrokerOptions broker,
            @Parameters(
                            index = "0",
                            paramLabel = "LABELER",
                            description = "EXPERIMENT/LABELER, or with #SEED: else all seeds")
                    String labeler,
            @Parameters(
                            index = "1..*",
                            arity = "1..*",
                            paramLabel = "KEY=VALUE",
                            description = "parameters, such as rate=0.3; the others stay")
                    Map<String, String> changes)
            throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        CheckpointReference reference = CheckpointReference.parse(labeler);
        broker.usePlugins();
        return broker.on(
                spec.commandLine().getErr(),
                clients -> {
                    Fleet fleet = Fleet.read(clients);
                    List<ModelId> running =
                            fleet.current().keySet().stream().map(ModelId::parse).toList();
                    List<LabelerSpec> specs = new ArrayList<>();
                    for (ModelId id : fleet.find(reference, running)) {
                        specs.add(changed(fleet, id.toString(), changes));
                    }
                    write(clients, fleet, specs);
                    for (LabelerSpec written : specs) {
                        out.printf(
                                "%s version %d: %s%n",
                                written.getId(),
                                written.getVersion(),
                                new TreeMap<>(written.getMethod().getParameters()));
                    }
                    return 0;
                });
    }

    @Command(
            name = "estimate",
            mixinStandardHelpOptions = true,
            description = {
                "Estimates which share of a student's labels is wrong: from truth, from truth on a"
                        + " sample and a model's predictions on all, and without truth. Each"
                        + " estimate is printed with what it assumes and, where truth is known, how"
                        + " far it is off.",
                "Reads all predictions and truth of the task."
            })
    int estimate(
            @Mixin BrokerOptions broker,
            @Parameters(
                            paramLabel = "STUDENT",
                            description =
                                    "EXPERIMENT/MODEL#SEED of the newest run,"
                                            + " EXPERIMENT/MODEL#SEED@RUN of another; #SEED may be"
                                            + " left out where there is one")
                    String student,
            @Option(
                            names = "--window",
                            paramLabel = "N|DURATION",
                            description =
                                    "by closed window instead: of N examples, or of a duration of"
                                            + " event time such as 15m")
                    @Nullable String window,
            @Option(names = "--json", description = "JSON instead of tables") boolean json)
            throws Exception {
        if (window != null) {
            try {
                NoiseWindowTable.check(window);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(
                        spec.commandLine(),
                        "Invalid value for option '--window': " + e.getMessage(),
                        e);
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        CheckpointReference reference = CheckpointReference.parse(student);
        return broker.on(
                err,
                clients -> {
                    StudentStream stream =
                            StudentStreamReader.whole(
                                    clients,
                                    "estimate",
                                    Fleet.read(clients).student(reference),
                                    err::println);
                    NoiseEstimates estimates = NoiseEstimates.of(stream);
                    NoiseWindowTable windows =
                            window == null ? null : NoiseWindowTable.of(stream, window);
                    if (json) {
                        ObjectNode object = estimates.toJson();
                        if (windows != null) {
                            windows.addTo(object.withArray("/windows"));
                        }
                        out.println(object);
                    } else if (windows != null) {
                        estimates.printHead(out);
                        windows.print(out);
                    } else {
                        estimates.print(out);
                    }
                    out.flush();
                    return 0;
                });
    }

    @Command(
            name = "sources",
            mixinStandardHelpOptions = true,
            description = {
                "Shows the sources of a labeler, of its labels so far: on which share of the"
                        + " examples each voted (coverage), together with another (overlap),"
                        + " differently from another (conflict), and how often its labels are right"
                        + " where truth is known.",
                "Reads all predictions and truth of the task."
            })
    int sources(
            @Mixin BrokerOptions broker,
            @Parameters(
                            paramLabel = "LABELER",
                            description =
                                    "EXPERIMENT/LABELER#SEED of the newest run; #SEED may be left"
                                            + " out where there is one")
                    String labeler,
            @Option(names = "--json", description = "JSON instead of a table") boolean json)
            throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        CheckpointReference reference = CheckpointReference.parse(labeler);
        return broker.on(
                err,
                clients -> {
                    LabelerSources.of(Fleet.read(clients), clients, reference, err::println)
                            .table()
                            .print(out, json, "no sources");
                    out.flush();
                    return 0;
                });
    }

    @Command(
            name = "effects",
            mixinStandardHelpOptions = true,
            description = {
                "Shows what a student made of the wrong labels before it learned from them, where"
                        + " truth is known: the share it corrected, inherited, or replaced by a third"
                        + " class; by the supervisor's confidence, true class and tag, and of a labeler"
                        + " of kind noise apart for the labels that it changed.",
                "Reads all predictions and truth of the task."
            })
    int effects(
            @Mixin BrokerOptions broker,
            @Parameters(
                            paramLabel = "STUDENT",
                            description =
                                    "EXPERIMENT/MODEL#SEED of the newest run,"
                                            + " EXPERIMENT/MODEL#SEED@RUN of another; #SEED may be"
                                            + " left out where there is one")
                    String student,
            @Mixin LineFiles files)
            throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        files.check(spec);
        CheckpointReference reference = CheckpointReference.parse(student);
        return broker.on(
                err,
                clients -> {
                    NoiseEffects effects =
                            NoiseEffects.of(
                                    StudentStreamReader.whole(
                                            clients,
                                            "effects",
                                            Fleet.read(clients).student(reference),
                                            err::println));
                    files.write(out, effects, () -> effects.print(out));
                    return 0;
                });
    }

    private static LabelerSpec changed(Fleet fleet, String id, Map<String, String> changes) {
        LabelerSpec spec = fleet.labelers().get(id);
        String kind = spec == null ? "model" : spec.getMethod().getName();
        if (spec == null || !kind.equals(LabelerSpecs.NOISE)) {
            throw new IllegalArgumentException(
                    "%s is of kind %s, expected a labeler of kind %s"
                            .formatted(id, kind, LabelerSpecs.NOISE));
        }
        Map<String, String> parameters = new TreeMap<>(spec.getMethod().getParameters());
        parameters.putAll(changes);
        Labelers.check(LabelerSpecs.NOISE, spec.getClasses(), parameters, spec.getSources().size());
        // the hash stays that of the file, by which a run is resumed
        return LabelerSpec.newBuilder(spec)
                .setVersion(spec.getVersion() + 1)
                .setMethod(new Method(LabelerSpecs.NOISE, parameters))
                .setEventTimeMs(System.currentTimeMillis())
                .build();
    }

    private static void write(Clients clients, Fleet fleet, List<LabelerSpec> specs) {
        Topics topics = clients.topics();
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (LabelerSpec spec : specs) {
            // where the version before is, so that it is read after it
            for (int partition : fleet.partitions().getOrDefault(spec.getId(), Set.of())) {
                records.add(
                        clients.codec()
                                .record(
                                        topics.labelers(),
                                        partition,
                                        spec.getId(),
                                        spec,
                                        spec.getEventTimeMs()));
            }
        }
        clients.inTransaction(topics.prefix() + "noise.set", records);
    }
}
