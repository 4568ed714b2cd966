package dev.belay.plugins;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Finds the implementations of an extension point. For several threads. */
public final class Plugins {
    private static final Map<Class<?>, SortedMap<String, ?>> LOADED = new HashMap<>();
    private static final String SERVICES = "META-INF/services/";
    private static ClassLoader loader = Plugins.class.getClassLoader();
    private static @Nullable Path used;

    private Plugins() {}

    /**
     * Adds the jars of a folder to where this process looks: all of them in one class loader, whose
     * parent is the application's. The folder of an earlier call is replaced; the same folder again
     * changes nothing. Loads the plug-ins of the jars, so that what is wrong with one is an error
     * here.
     *
     * @return the jars
     * @throws IllegalArgumentException if there is no such folder, or two jars have the same
     *     plug-in class
     * @throws IllegalStateException as {@link #load}
     */
    public static synchronized List<Path> use(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> jars =
                    files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
            if (folder.equals(used)) return jars;
            Set<Class<? extends Plugin>> types = types(jars);
            URL[] urls = new URL[jars.size()];
            for (int i = 0; i < urls.length; i++) urls[i] = url(jars.get(i));
            loader = new URLClassLoader("plugins", urls, Plugins.class.getClassLoader());
            LOADED.clear();
            used = null; // until they are loaded
            types.forEach(Plugins::load);
            used = folder;
            return jars;
        } catch (NoSuchFileException | NotDirectoryException e) {
            throw new IllegalArgumentException(
                    "setting 'plugins': found no folder " + folder + ", expected one with jars", e);
        } catch (IOException e) {
            throw new UncheckedIOException("can't read the folder of plug-ins " + folder, e);
        }
    }

    /**
     * All implementations of an extension point, by name.
     *
     * @throws IllegalStateException if two have the same name, or one can't be loaded
     */
    public static synchronized <T extends Plugin> SortedMap<String, T> load(Class<T> type) {
        SortedMap<String, ?> loaded = LOADED.get(type);
        if (loaded == null) {
            loaded = Collections.unmodifiableSortedMap(find(type));
            LOADED.put(type, loaded);
        }
        @SuppressWarnings("unchecked") // put above, of this type
        var result = (SortedMap<String, T>) loaded;
        return result;
    }

    /**
     * The implementation of an extension point with this name.
     *
     * @throws IllegalArgumentException if there is none
     * @throws IllegalStateException as {@link #load}
     */
    public static <T extends Plugin> T get(Class<T> type, String name) {
        SortedMap<String, T> all = load(type);
        T found = all.get(name);
        if (found == null)
            throw new IllegalArgumentException(
                    ("unknown %s '%s', expected one of %s%s; those of plug-ins need their"
                                    + " jar in the folder of the setting 'plugins'")
                            .formatted(
                                    type.getSimpleName(),
                                    name,
                                    all.keySet(),
                                    Nearest.hint(name, all.keySet())));
        return found;
    }

    private static <T extends Plugin> SortedMap<String, T> find(Class<T> type) {
        var found = new TreeMap<String, T>();
        try {
            for (T plugin : ServiceLoader.load(type, loader)) {
                T other = found.put(plugin.name(), plugin);
                if (other != null)
                    throw new IllegalStateException(
                            ("two plug-ins of %s are named '%s': %s and %s; expected one"
                                            + " of each name")
                                    .formatted(
                                            type.getSimpleName(),
                                            plugin.name(),
                                            place(other),
                                            place(plugin)));
            }
        } catch (ServiceConfigurationError | LinkageError e) {
            throw new IllegalStateException(
                    "can't load the plug-ins of %s: %s".formatted(type.getSimpleName(), reason(e)),
                    e);
        }
        return found;
    }

    /** What is wrong, with the class that is missing if one is. */
    private static String reason(Throwable error) {
        String message = String.valueOf(error.getMessage());
        for (Throwable e = error; e != null; e = e.getCause()) {
            if (e instanceof NoClassDefFoundError || e instanceof ClassNotFoundException) {
                return (e == error ? "" : message + ": ") + missing(e);
            }
        }
        Throwable root = error;
        while (root.getCause() != null) root = root.getCause();
        return root == error ? message : message + ": " + root;
    }

    /** What to say of a class that is not found. */
    public static String missing(Throwable notFound) {
        return "found no class %s; expected it in the plug-in's jar, or in another jar of the folder of the setting 'plugins'"
                .formatted(String.valueOf(notFound.getMessage()).replace('/', '.'));
    }

    /** The extension points that jars have plug-ins of. */
    private static Set<Class<? extends Plugin>> types(List<Path> jars) throws IOException {
        Set<Class<? extends Plugin>> types = new LinkedHashSet<>();
        Map<String, Path> places = new HashMap<>();
        for (Path jar : jars) {
            try (JarFile file = new JarFile(jar.toFile())) {
                for (JarEntry entry : Collections.list(file.entries())) {
                    Class<? extends Plugin> type = type(entry.getName());
                    if (type == null) continue;
                    types.add(type);
                    for (String plugin : lines(file.getInputStream(entry))) {
                        Path other = places.put(type.getName() + " " + plugin, jar);
                        if (other != null)
                            throw new IllegalArgumentException(
                                    "found the plug-in class %s in %s and in %s, expected it in one jar; remove the older one"
                                            .formatted(plugin, other, jar));
                    }
                }
            } catch (ZipException e) {
                throw new IllegalArgumentException(
                        "can't read the plug-in %s, expected a jar".formatted(jar), e);
            }
        }
        return types;
    }

    /** The extension point whose plug-ins an entry of a jar names; null: it is none. */
    private static @Nullable Class<? extends Plugin> type(String entry) {
        if (!entry.startsWith(SERVICES) || entry.length() == SERVICES.length()) return null;
        try {
            Class<?> type =
                    Class.forName(
                            entry.substring(SERVICES.length()),
                            false,
                            Plugins.class.getClassLoader());
            return Plugin.class.isAssignableFrom(type) ? type.asSubclass(Plugin.class) : null;
        } catch (ClassNotFoundException e) {
            return null; // a service of a library that the jar contains
        }
    }

    private static Set<String> lines(InputStream services) throws IOException {
        try (var reader =
                new BufferedReader(new InputStreamReader(services, StandardCharsets.UTF_8))) {
            return reader.lines()
                    .map(line -> line.replaceFirst("#.*", "").strip())
                    .filter(line -> !line.isEmpty())
                    .collect(Collectors.toSet());
        }
    }

    private static String place(Plugin plugin) {
        var source = plugin.getClass().getProtectionDomain().getCodeSource();
        return plugin.getClass().getName()
                + " in "
                + (source == null ? "the JDK" : source.getLocation());
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }
}
