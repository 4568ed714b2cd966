package dev.belay.cli.docs;

import dev.belay.cli.experiment.ExperimentKeys;
import dev.belay.runtime.http.Meters;
import dev.belay.runtime.settings.SettingKeys;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;

/**
 * Tables in Markdown that are made from the code: {@code commands}, {@code experiment}, {@code
 * meters} and {@code settings}. A page has a table between the lines {@code <!-- generated: NAME
 * -->} and {@code <!-- end -->}.
 */
final class GeneratedTables {
    private static final Pattern PLACE =
            Pattern.compile("(<!-- generated: (\\w+) -->\n)(.*?)(<!-- end -->)", Pattern.DOTALL);

    private final Map<String, String> byName;

    GeneratedTables(CommandLine belay) {
        byName =
                new TreeMap<>(
                        Map.of(
                                "commands", commands(belay),
                                "experiment", ExperimentKeys.tables(),
                                "meters", Meters.table(),
                                "settings", SettingKeys.table()));
    }

    /** All tables, each under its name as a heading. */
    String all() {
        return byName.entrySet().stream()
                .map(e -> "## " + e.getKey() + "\n\n" + e.getValue())
                .collect(Collectors.joining("\n"));
    }

    /**
     * The page with its tables as they should be.
     *
     * @throws IllegalArgumentException if it has a place for a table of another name
     */
    String into(String page) {
        return PLACE.matcher(page)
                .replaceAll(
                        place -> {
                            String table = byName.get(place.group(2));
                            if (table == null) {
                                throw new IllegalArgumentException(
                                        "found '<!-- generated: %s -->'; expected one of %s"
                                                .formatted(place.group(2), byName.keySet()));
                            }
                            return Matcher.quoteReplacement(
                                    place.group(1) + "\n" + table + "\n" + place.group(4));
                        });
    }

    private static String commands(CommandLine belay) {
        return belay.getSubcommands().values().stream()
                .distinct() // one has an alias
                .filter(command -> !command.getCommandSpec().usageMessage().hidden())
                .map(
                        command ->
                                "| `%s` | %s |\n"
                                        .formatted(
                                                command.getCommandName(),
                                                String.join(
                                                                " ",
                                                                command.getCommandSpec()
                                                                        .usageMessage()
                                                                        .description())
                                                        .replace("%%", "%")))
                .collect(Collectors.joining("", "| command | what it does |\n|---|---|\n", ""));
    }
}
