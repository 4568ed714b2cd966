package dev.belay.cli.platform;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The unpacked Apicurio Registry that the build puts beside our classes.
 *
 * @param folder holds the runner jar, its libraries and, once made, the class archive
 * @param runner the jar to run; its manifest names the libraries
 * @param ownClasses the jar or folder our classes come from
 */
record RegistryHome(Path folder, Path runner, Path ownClasses) {
    /** A folder to take instead of the one beside our classes. */
    static final String PROPERTY = "belay.registry.home";

    /**
     * Finds it: {@value #PROPERTY}, or {@code registry} beside our classes, or beside the folder of
     * our jar.
     *
     * @throws PlatformException if it is in none of them, with the places searched
     */
    static RegistryHome locate() throws IOException {
        var own = ownLocation();
        List<Path> places = new ArrayList<>();
        var asked = System.getProperty(PROPERTY);
        if (asked != null) {
            places.add(Path.of(asked).toAbsolutePath());
        } else {
            Stream.iterate(own.getParent(), p -> p != null, Path::getParent)
                    .limit(2)
                    .forEach(p -> places.add(p.resolve("registry")));
        }
        for (var place : places) {
            var runner = runnerIn(place);
            if (runner.isPresent()) {
                return new RegistryHome(place, runner.get(), own);
            }
        }
        throw new PlatformException(
                "no schema registry: looked for *-runner.jar in %s. The build of the module cli unpacks it; or name its folder with -D%s."
                        .formatted(places, PROPERTY));
    }

    /**
     * The class archive for the JVM that runs now: an archive serves the very JVM that wrote it.
     * Absent until {@link RegistryArchive} made it; the registry starts without, only slower.
     */
    Path archive() {
        var jvm = System.getProperty("java.vm.name") + "-" + System.getProperty("java.vm.version");
        return folder.resolve("classes-" + jvm.replaceAll("[^A-Za-z0-9.]+", "-") + ".jsa");
    }

    /** What every JVM of the registry gets: quick to start, small, quiet on disk. */
    static List<String> javaCommand() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-Xss512k",
                "-XX:-UsePerfData");
    }

    private static Optional<Path> runnerIn(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().endsWith("-runner.jar"))
                    .findFirst();
        }
    }

    private static Path ownLocation() {
        try {
            var source = RegistryHome.class.getProtectionDomain().getCodeSource();
            return Path.of(source.getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("our own classes have no place: " + e.getMessage(), e);
        }
    }
}
