package dev.belay.plugins;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the implementations of an extension point. For several threads. */
public final class Plugins {
    private static final Map<Class<?>, SortedMap<String, ?>> LOADED = new HashMap<>();
    private static ClassLoader loader = Plugins.class.getClassLoader();
    private static @Nullable Path used;

    private Plugins() {}

    /**
     * Adds the jars of a folder to where this process looks: all of them in one class loader, whose
     * parent is the application's. The folder of an earlier call is replaced; the same folder again
     * changes nothing.
     *
     * @throws IllegalArgumentException if there is no such folder
     */
    public static synchronized void use(Path folder) {
        if (folder.equals(used)) return;
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> jars =
                    files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
            URL[] urls = new URL[jars.size()];
            for (int i = 0; i < urls.length; i++) urls[i] = url(jars.get(i));
            loader = new URLClassLoader("plugins", urls, Plugins.class.getClassLoader());
            LOADED.clear();
            used = folder;
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
                    ("unknown %s '%s', expected one of %s; those of plug-ins need their"
                                    + " jar in the folder of the setting 'plugins'")
                            .formatted(type.getSimpleName(), name, all.keySet()));
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
                    "can't load the plug-ins of " + type.getSimpleName() + ": " + e.getMessage(),
                    e);
        }
        return found;
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
