package dev.belay.cli.experiment;

import dev.belay.plugins.Configured;
import dev.belay.plugins.Plugins;
import dev.belay.producers.file.FileFormat;
import dev.belay.producers.source.Source;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the source that the section {@code data} names by the key {@code source}, or by one of the
 * shorter keys {@code path}, {@code topic} and {@code builtin}.
 */
final class SourceReader {
    private SourceReader() {}

    /**
     * @param directory base of relative paths
     */
    static Configured<Source> read(YamlMap data, Path directory) {
        Key<?> key = key(data);
        YamlValue value = data.require(key);
        List<String> allowed = new ArrayList<>(ExperimentKeys.SOURCE.names());
        names().stream()
                .filter(other -> !other.equals(key))
                .map(Key::name)
                .forEach(allowed::remove);
        if (key.equals(ExperimentKeys.PATH)) {
            data.only(allowed);
            String path = directory.resolve(value.text()).normalize().toString();
            String format = format(value, data.get(ExperimentKeys.FORMAT));
            return Configured.of(Source.class, format, Map.of(FileFormat.PATH.name(), path));
        }
        allowed.remove(ExperimentKeys.FORMAT.name());
        data.only(allowed);
        if (key.equals(ExperimentKeys.TOPIC)) {
            return Configured.of(Source.class, "topic", Map.of("topic", value.text()));
        }
        return key.equals(ExperimentKeys.BUILTIN)
                ? Configured.of(Source.class, value.oneOf(builtins()).name(), Map.of())
                : MethodReader.method(value, Source.class, directory);
    }

    /** Rejects keys other than these and the one that names the source. */
    static void only(YamlMap data, Key<?>... keys) {
        data.only(Stream.concat(Stream.of(key(data)), Stream.of(keys)).map(Key::name).toList());
    }

    private static Key<?> key(YamlMap data) {
        return names().stream()
                .filter(key -> data.get(key) != null)
                .findFirst()
                .orElse(ExperimentKeys.PATH);
    }

    /** The keys that name a source. */
    private static List<Key<?>> names() {
        return List.of(
                ExperimentKeys.NAMED,
                ExperimentKeys.BUILTIN,
                ExperimentKeys.TOPIC,
                ExperimentKeys.PATH);
    }

    /** Sources with a preset: experiment files only add the supervisor's share. */
    static SortedMap<String, Source> builtins() {
        var builtins = new TreeMap<>(Plugins.load(Source.class));
        builtins.values().removeIf(source -> source.preset() == null);
        return builtins;
    }

    /** Formats of files. */
    static SortedMap<String, Source> formats() {
        var formats = new TreeMap<>(Plugins.load(Source.class));
        formats.values().removeIf(source -> !(source instanceof FileFormat));
        return formats;
    }

    private static String format(YamlValue path, @Nullable YamlValue format) {
        if (format != null) {
            return format.oneOf(formats()).name();
        }
        String name = path.text().replaceFirst("\\.(gz|zst)$", "");
        String ending = name.substring(name.lastIndexOf('.') + 1);
        if (!formats().containsKey(ending)) {
            throw path.wrong(
                    "a 'format', or a file whose name ends in one of " + formats().keySet());
        }
        return ending;
    }
}
