package dev.belay.cli.experiment;

import dev.belay.trainers.learning.ModelDefaults;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A key of the experiment file: the one definition by which it is parsed, refused and documented.
 *
 * @param values what it accepts, as errors and docs say it
 * @param reader parses and checks its value
 * @param defaults its value where the file does not give it, by the model's kind of encoder; null
 *     where it has none
 * @param defaultText the default as the docs say it, by the same; empty where there is none
 * @param doc what it means, in one sentence
 */
record Key<T>(
        String name,
        String values,
        Function<YamlValue, T> reader,
        @Nullable Function<ModelDefaults, T> defaults,
        Function<ModelDefaults, String> defaultText,
        String doc) {

    /** The value in a mapping, or the default. */
    T of(YamlMap map, ModelDefaults encoder) {
        YamlValue value = map.get(name);
        if (value != null) {
            return reader.apply(value);
        }
        if (defaults == null) {
            throw new IllegalStateException(name + " has no default; require it");
        }
        return defaults.apply(encoder);
    }

    /** The same where the default does not depend on the encoder. */
    T of(YamlMap map) {
        return of(map, ModelKeys.STANDARD);
    }

    /** Its row in the docs' table: the default names each kind of encoder that differs. */
    String row() {
        String standard = defaultText.apply(ModelKeys.STANDARD);
        StringBuilder otherwise = new StringBuilder(standard);
        ModelKeys.OTHER_DEFAULTS.forEach(
                (kind, defaults) -> {
                    String other = defaultText.apply(defaults);
                    if (!other.equals(standard)) {
                        otherwise.append("; ").append(kind).append(": ").append(other);
                    }
                });
        return "| `%s` | %s | %s | %s |\n".formatted(name, values, otherwise, doc);
    }
}
