package dev.belay.runtime.settings;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads settings from variables of the environment. The variable of a key is the key upper-cased,
 * prefixed with {@code BELAY_}, its dots written as {@code _} and its dashes as {@code __}: {@code
 * BELAY_KAFKA_BOOTSTRAP_SERVERS}.
 */
final class SettingsEnvironment {
    private static final Logger LOG = LoggerFactory.getLogger(SettingsEnvironment.class);
    private static final String PREFIX = "BELAY_";

    /** Variables that the launcher reads. */
    private static final Set<String> LAUNCHER = Set.of("BELAY_JAVA_OPTS", "BELAY_MVN_OPTS");

    private SettingsEnvironment() {}

    /** Settings by key; variables with the prefix that are not settings are logged and ignored. */
    static Map<String, String> read(Map<String, String> environment) {
        Map<String, String> settings = new HashMap<>();
        environment.forEach(
                (name, value) -> {
                    if (!name.startsWith(PREFIX) || LAUNCHER.contains(name)) {
                        return;
                    }
                    String key =
                            name.substring(PREFIX.length())
                                    .toLowerCase(Locale.ROOT)
                                    .replace("__", "-")
                                    .replace('_', '.');
                    if (SettingKeys.isKnown(key)) {
                        settings.put(key, value);
                    } else {
                        LOG.warn("{} in the environment is not a setting and is ignored", name);
                    }
                });
        return settings;
    }

    /** The variable of a key. */
    static String name(String key) {
        return PREFIX + key.replace("-", "__").replace('.', '_').toUpperCase(Locale.ROOT);
    }
}
