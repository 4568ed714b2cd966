package dev.belay.cli.results;

import dev.belay.cli.experiment.Experiment;
import dev.belay.cli.experiment.ExperimentFile;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An experiment of the list.
 *
 * @param group the tasks it belongs to: the name of its folder
 * @param name of its file without the ending
 * @param file its file
 * @param title name of the experiment in the file
 * @param sources the file, its base and the data files that it names, and those of {@code after}
 * @param after the listed experiment whose models its models start from; null: none
 */
public record ListedExperiment(
        String group,
        String name,
        Path file,
        String title,
        List<Path> sources,
        @Nullable ListedExperiment after) {

    /**
     * Experiment files, and those of the folders of a folder: {@code FOLDER/GROUP/NAME.yaml}, in
     * the order of their paths.
     *
     * @throws IllegalArgumentException if there is none at one of the paths, or one needs another
     *     experiment that is not listed before it
     * @throws dev.belay.cli.experiment.ExperimentException if one is wrong
     */
    public static List<ListedExperiment> in(List<Path> paths) throws IOException {
        List<ListedExperiment> listed = new ArrayList<>();
        for (Path path : paths) {
            List<Path> files = Files.isDirectory(path) ? files(path) : List.of(path);
            if (files.isEmpty()) {
                throw new IllegalArgumentException(
                        path + ": found no experiment; expected files GROUP/NAME.yaml in it");
            }
            for (Path file : files) {
                listed.add(of(file, listed));
            }
        }
        return listed;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder, 2)) {
            return all.filter(file -> file.getNameCount() == folder.getNameCount() + 2)
                    .filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    private static ListedExperiment of(Path file, List<ListedExperiment> before) {
        Experiment experiment = ExperimentFile.read(file);
        List<Path> sources = new ArrayList<>(ExperimentFile.files(file));
        Parameters parameters = experiment.data().source().parameters();
        for (Parameter parameter : experiment.data().source().plugin().parameters()) {
            if (parameter.kind() == Parameter.Kind.FILE) {
                sources.add(Path.of(parameters.text(parameter.name())));
            }
        }
        Path folder = file.toAbsolutePath().normalize().getParent();
        String group =
                folder == null || folder.getFileName() == null
                        ? ""
                        : folder.getFileName().toString();
        String name = file.getFileName().toString().replaceFirst("\\.yaml$", "");
        ListedExperiment after = after(experiment, file, before);
        if (after != null) {
            sources.addAll(after.sources);
        }
        return new ListedExperiment(
                group, name, file, experiment.name(), List.copyOf(sources), after);
    }

    private static @Nullable ListedExperiment after(
            Experiment experiment, Path file, List<ListedExperiment> before) {
        Set<String> needed = experiment.startsFrom();
        if (needed.isEmpty()) {
            return null;
        }
        List<ListedExperiment> found =
                before.stream().filter(other -> needed.contains(other.title)).toList();
        if (needed.size() > 1 || found.size() != 1) {
            throw new IllegalArgumentException(
                    "%s: models start from models of %s; expected one experiment, listed once before this file"
                            .formatted(file, needed));
        }
        return found.get(0);
    }

    /** The files that are not there. */
    List<Path> missing() {
        return sources.stream().filter(source -> !Files.exists(source)).toList();
    }

    /** SHA-256 (hex) over the contents of all sources: the same, and a run need not be repeated. */
    String hash() throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path source : sources) {
                digest.update(
                        MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(source)));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Where its results are, below the folder of all. */
    Path folder(Path out) {
        return out.resolve(group).resolve(name);
    }

    /**
     * Where its broker and checkpoints are, below the folder of all. Models that start from models
     * of another experiment need its installation.
     */
    Path data(Path all) {
        return after == null ? folder(all) : after.data(all);
    }

    @Override
    public String toString() {
        return group + "/" + name;
    }
}
