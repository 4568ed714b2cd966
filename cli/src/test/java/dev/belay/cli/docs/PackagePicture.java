package dev.belay.cli.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The packages of the modules as {@code docs/architecture.md} shows them, from the sources: a
 * picture of who uses whom within a module, and the first sentence of each contract.
 */
final class PackagePicture {
    private static final List<String> MODULES =
            List.of(
                    "plugins",
                    "chess",
                    "schemas",
                    "runtime",
                    "models",
                    "producers",
                    "labelers",
                    "trainers",
                    "aggregators",
                    "cli");
    private static final Pattern PLACE =
            Pattern.compile("(<!-- packages -->\n).*?(<!-- end -->)", Pattern.DOTALL);
    private static final Pattern IMPORT =
            Pattern.compile(
                    "^import (?:static )?dev\\.belay\\.([a-z.]+)\\.[A-Z]", Pattern.MULTILINE);
    private static final Pattern CONTRACT =
            Pattern.compile("/\\*\\*(.*?)\\*/\\s*(?:@|package)", Pattern.DOTALL);

    private PackagePicture() {}

    /** Rewrites the page of a project, by default the one above the current folder. */
    public static void main(String[] args) throws IOException {
        Path root = Path.of(args.length > 0 ? args[0] : "..").toAbsolutePath().normalize();
        Path page = root.resolve("docs/architecture.md");
        Files.writeString(page, into(Files.readString(page), root));
    }

    static String into(String page, Path root) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String module : MODULES) {
            all.append(module(module, root.resolve(module + "/src/main/java/dev/belay/" + module)));
        }
        return PLACE.matcher(page)
                .replaceAll(
                        place ->
                                Matcher.quoteReplacement(
                                        place.group(1) + "\n" + all + place.group(2)));
    }

    private static String module(String module, Path folder) throws IOException {
        NavigableMap<String, NavigableSet<String>> uses = new TreeMap<>();
        StringBuilder rows = new StringBuilder();
        try (Stream<Path> packages = Files.walk(folder)) {
            for (Path file :
                    packages.filter(f -> f.endsWith("package-info.java")).sorted().toList()) {
                Path home = file.resolveSibling("");
                String name = name(module, folder.relativize(home));
                uses.put(name, uses(name, module, home));
                rows.append("| `%s` | %s |%n".formatted(name, contract(Files.readString(file))));
            }
        }
        StringBuilder edges = new StringBuilder();
        uses.forEach(
                (name, used) ->
                        used.stream()
                                .filter(uses::containsKey)
                                .forEach(
                                        other ->
                                                edges.append(
                                                        "  %s --> %s%n".formatted(name, other))));
        return "### "
                + module
                + "\n\n"
                + (edges.isEmpty() ? "" : "```mermaid\ngraph LR\n" + edges + "```\n\n")
                + "| package | contract |\n|---|---|\n"
                + rows
                + "\n";
    }

    private static NavigableSet<String> uses(String name, String module, Path folder)
            throws IOException {
        NavigableSet<String> used = new TreeSet<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                IMPORT.matcher(Files.readString(file))
                        .results()
                        .map(found -> found.group(1))
                        .filter(other -> other.startsWith(module) && !other.equals(name))
                        .forEach(used::add);
            }
        }
        return used;
    }

    private static String name(String module, Path inside) {
        String below = inside.toString().replace('/', '.');
        return below.isEmpty() ? module : module + "." + below;
    }

    /** The first sentence of a package's contract, without markup. */
    private static String contract(String source) {
        Matcher contract = CONTRACT.matcher(source);
        if (!contract.find()) {
            throw new IllegalArgumentException("found no contract in: " + source);
        }
        String text =
                contract.group(1)
                        .replaceAll("\\s*\n\\s*\\*\\s?", " ")
                        .replaceAll("\\{@(?:code|link)\\s+(?:[a-z]+\\.)*([^}]*)}", "`$1`")
                        .replaceAll("<pre>.*", "")
                        .strip();
        return text.replaceFirst("(?s)(.*?\\.)(?:\\s.*|$)", "$1");
    }
}
