package dev.belay.cli.acls;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.cli.experiment.ExperimentFile;
import dev.belay.cli.service.SettingsOptions;
import dev.belay.runtime.settings.Settings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code belay acls FILE}: asks no broker, and changes nothing. */
@Command(
        name = "acls",
        mixinStandardHelpOptions = true,
        description = {
            "Prints the ACLs that each service needs for an experiment, as commands for kafka-acls.sh"
                    + " or as JSON.",
            "Roles: producer, truth-labeler, labeler, evaluator, truth-trainer, trainer, aggregator,"
                    + " operator, reader. Their principals are User:belay-ROLE unless named."
        })
public final class AclsCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private SettingsOptions options;

    @Parameters(paramLabel = "FILE", description = "the experiment file")
    private Path file;

    @Option(
            names = "--principal",
            paramLabel = "ROLE=PRINCIPAL",
            description =
                    "another principal of a role, such as trainer=User:alice; several roles may share"
                            + " one")
    private Map<String, String> named = new LinkedHashMap<>();

    @Option(
            names = "--command-config",
            paramLabel = "PROPERTIES",
            defaultValue = "admin.properties",
            description =
                    "client settings of who may alter ACLs, for the printed commands (default:"
                            + " ${DEFAULT-VALUE})")
    private String commandConfig;

    @Option(
            names = "--json",
            description = "a list with an object for each principal and resource, for machines")
    private boolean json;

    @Override
    public Integer call() {
        Map<Role, String> principals = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            principals.put(role, role.principal());
        }
        named.forEach((role, principal) -> principals.put(Role.of(role), principal));
        options.usePlugins();
        Settings settings = options.settings();
        List<Grant> grants = AccessRules.of(settings, ExperimentFile.read(file));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(json(grants, principals));
        } else {
            print(grants, principals, settings.bootstrapServers(), out);
        }
        return 0;
    }

    private static ArrayNode json(List<Grant> grants, Map<Role, String> principals) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (Grant grant : grants) {
            ObjectNode acl =
                    list.addObject()
                            .put("role", grant.role().word())
                            .put("principal", principals.get(grant.role()))
                            .put("host", "*")
                            .put("permission", "ALLOW")
                            .put("resourceType", grant.resource().resourceType().name())
                            .put("name", grant.resource().name())
                            .put("patternType", grant.resource().patternType().name());
            ArrayNode operations = acl.putArray("operations");
            grant.operations().forEach(operation -> operations.add(operation.name()));
        }
        return list;
    }

    /** One command for all resources of a kind on which a role has the same operations. */
    private void print(
            List<Grant> grants, Map<Role, String> principals, String brokers, PrintWriter out) {
        for (Role role : Role.values()) {
            out.printf("# %s: belay %s%n", role.word(), role.commands());
            Map<List<Object>, List<Grant>> alike = new LinkedHashMap<>();
            for (Grant grant : grants) {
                if (grant.role() == role) {
                    ResourcePattern at = grant.resource();
                    alike.computeIfAbsent(
                                    List.of(
                                            at.resourceType(),
                                            at.patternType(),
                                            grant.operations()),
                                    key -> new ArrayList<>())
                            .add(grant);
                }
            }
            for (List<Grant> group : alike.values()) {
                StringBuilder line =
                        new StringBuilder("kafka-acls.sh --bootstrap-server ")
                                .append(brokers)
                                .append(" --command-config ")
                                .append(quoted(commandConfig))
                                .append(" --add --allow-principal ")
                                .append(quoted(String.valueOf(principals.get(role))));
                for (AclOperation operation : group.get(0).operations()) {
                    line.append(" --operation ").append(operation.name());
                }
                for (Grant grant : group) {
                    ResourcePattern at = grant.resource();
                    line.append(
                            switch (at.resourceType()) {
                                case TOPIC -> " --topic ";
                                case GROUP -> " --group ";
                                case TRANSACTIONAL_ID -> " --transactional-id ";
                                default -> throw new IllegalStateException("no option for " + at);
                            });
                    line.append(quoted(at.name()));
                }
                if (group.get(0).resource().patternType() == PatternType.PREFIXED) {
                    line.append(" --resource-pattern-type prefixed");
                }
                out.println(line);
            }
        }
    }

    /** For a POSIX shell. */
    private static String quoted(String text) {
        return text.matches("[A-Za-z0-9._/:-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
