package dev.belay.cli.service;

import dev.belay.cli.experiment.Experiment;
import dev.belay.cli.experiment.ExperimentFile;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.topics.TopicDifference;
import dev.belay.runtime.topics.TopicPlan;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code belay topics plan | apply}: shows the planned topics, or creates them and registers the
 * schemas of their values.
 */
@Command(
        name = "topics",
        mixinStandardHelpOptions = true,
        description =
                "Shows the planned topics (plan), or creates those that are missing and registers"
                        + " the schemas of all (apply).")
public final class TopicsCommand implements Callable<Integer> {
    /** What to do, as a word of the command line. */
    enum Action {
        plan,
        apply
    }

    @Spec private CommandSpec spec;
    @Mixin private SettingsOptions options;

    @Parameters(paramLabel = "plan|apply")
    private Action action;

    @Option(
            names = "--experiment",
            paramLabel = "FILE",
            description = "also the topics of this experiment's task and labelers")
    private @Nullable Path file;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Clients clients = new Clients(options.settings(), new SimpleMeterRegistry());
        TopicPlan plan = TopicPlan.forInstallation(clients.settings());
        if (file != null) {
            options.usePlugins();
            Experiment experiment = ExperimentFile.read(file);
            plan = experiment.topics(clients.settings());
        }
        PrintWriter err = spec.commandLine().getErr();
        clients.awaitBroker(err::println);
        try (Admin admin = clients.admin()) {
            List<TopicDifference> before = plan.differences(admin);
            Set<TopicPlan.Topic> missing =
                    new HashSet<>(action == Action.apply ? plan.apply(admin) : plan.missing(admin));
            for (TopicPlan.Topic topic : plan.topics()) {
                String state =
                        !missing.contains(topic)
                                ? "is there"
                                : action == Action.apply ? "made" : "missing";
                out.printf(
                        "%-9s %-44s %2d partitions  %s%n",
                        state, topic.name(), topic.partitions(), topic.config());
            }
            List<TopicDifference> after = plan.differences(admin);
            for (TopicDifference difference : before) {
                out.printf(
                        "%-9s %s%n",
                        after.contains(difference) ? "differs" : "changed", difference);
            }
        }
        String problem = clients.registryProblem(); // topics need none, all that uses them does
        if (problem != null) {
            err.println("warning: " + problem);
        } else if (action == Action.apply) {
            plan.declareSchemas(clients.codec())
                    .forEach(
                            (topic, id) ->
                                    out.printf("%-9s %s-value, id %d%n", "schema", topic, id));
        }
        return 0;
    }
}
