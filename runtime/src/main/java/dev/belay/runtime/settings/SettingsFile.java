package dev.belay.runtime.settings;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a YAML file of settings, nested or dotted, into a flat map of dotted keys. */
final class SettingsFile {
    private SettingsFile() {}

    /**
     * @throws IllegalArgumentException if there is no such file, or it is not a YAML mapping
     */
    static Map<String, String> read(Path file) {
        if (Files.notExists(file)) {
            throw new IllegalArgumentException(
                    file + ": found no such file; expected a YAML mapping of settings");
        }
        try {
            Map<String, Object> tree =
                    new YAMLMapper().readValue(file.toFile(), new TypeReference<>() {});
            Map<String, String> flat = new HashMap<>();
            flatten(file, "", tree, flat);
            return flat;
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw new IllegalArgumentException(
                    "%s%s: expected a YAML mapping of settings (KEY: VALUE): %s"
                            .formatted(
                                    file,
                                    at == null ? "" : ", line " + at.getLineNr(),
                                    e.getOriginalMessage().replaceAll("\\s*\\R\\s*", " ")),
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException("can't read settings from " + file, e);
        }
    }

    private static void flatten(
            Path file, String at, @Nullable Object value, Map<String, String> into) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((k, v) -> flatten(file, at.isEmpty() ? "" + k : at + "." + k, v, into));
        } else if (value == null) {
            throw new IllegalArgumentException(
                    file + ": setting '" + at + "': found no value; leave the key out, or set one");
        } else {
            into.put(at, String.valueOf(value));
        }
    }
}
