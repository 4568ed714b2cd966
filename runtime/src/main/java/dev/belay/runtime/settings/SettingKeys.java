package dev.belay.runtime.settings;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Type.BOOLEAN;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.PASSWORD;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;

import dev.belay.plugins.Nearest;
import dev.belay.schemas.Topics;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.utils.Utils;

/**
 * Definition of every setting: name, type, default, accepted values, documentation. {@link
 * Settings} parses by it, its errors are made from it, and {@code belay docs keys} prints it.
 */
public final class SettingKeys {
    static final String FOREVER = "forever";

    private static final Validator DURATION =
            validator(
                    "a duration: 500ms, 30s, 15m, 24h, 7d",
                    text -> isDuration(text, Long.MIN_VALUE));
    private static final Validator RETENTION =
            validator(
                    "forever, or a duration above 0: 12h, 30d",
                    text -> text.equals(FOREVER) || isDuration(text, 1));

    private static final Validator ADDRESS = validator("HOST:PORT", SettingKeys::isAddress);
    private static final Validator ADDRESSES =
            validator(
                    "HOST:PORT, separated by commas",
                    text -> all(text, ",", SettingKeys::isAddress));
    private static final Validator URLS =
            validator(
                    "http(s)://HOST:PORT/PATH, separated by commas",
                    text -> all(text, ",", url -> url.matches("(https?|mock)://[^\\s/]+\\S*")));
    private static final Validator WINDOWS =
            validator(
                    "SIZE or SIZE/ADVANCE, separated by commas: 1h, 24h/1h; or empty",
                    text ->
                            text.isEmpty()
                                    || all(text, ",", w -> all(w, "/", d -> isDuration(d, 1))));

    private static final ConfigDef DEFINITION =
            new ConfigDef()
                    .define(
                            "kafka.bootstrap.servers",
                            STRING,
                            "localhost:9092",
                            ADDRESSES,
                            HIGH,
                            "Addresses of the Kafka brokers, separated by commas.")
                    .define(
                            "registry.url",
                            STRING,
                            "http://localhost:8081/apis/ccompat/v7",
                            URLS,
                            HIGH,
                            "URL of the schema registry, as any Confluent client takes it.")
                    .define(
                            "schemas.register",
                            BOOLEAN,
                            true,
                            MEDIUM,
                            "Whether writers register schemas that are not in the registry. false, where clients may only read it: ./belay topics apply registers them, as a client that may.")
                    .define(
                            "store",
                            STRING,
                            ".belay/checkpoints",
                            HIGH,
                            "Checkpoint store: a folder that all services share, or s3://BUCKET/PREFIX.")
                    .define(
                            "store.s3.endpoint",
                            STRING,
                            null,
                            MEDIUM,
                            "http(s)://HOST:PORT of an S3 server; unset: AWS.")
                    .define(
                            "store.s3.region",
                            STRING,
                            null,
                            MEDIUM,
                            "Region of the bucket; unset: as AWS clients find it.")
                    .define(
                            "store.s3.path-style",
                            BOOLEAN,
                            null,
                            LOW,
                            "Whether the bucket is in the path of its URL; unset: true if store.s3.endpoint is set.")
                    .define("cache", STRING, ".belay/cache", MEDIUM, "Folder of encoded texts.")
                    .define(
                            "encoders",
                            STRING,
                            ".belay/encoders",
                            MEDIUM,
                            "Folder of Hugging Face encoders: hf:NAME is its subfolder NAME.")
                    .define(
                            "plugins",
                            STRING,
                            null,
                            MEDIUM,
                            "Folder with the jars of plug-ins; unset: none.")
                    .define(
                            "state",
                            STRING,
                            ".belay/streams",
                            MEDIUM,
                            "Folder of Kafka Streams' state and of the processes' instance names; two aggregators on one machine need one each.")
                    .define(
                            "device",
                            STRING,
                            "auto",
                            ValidString.in("auto", "cpu", "gpu"),
                            MEDIUM,
                            "Where networks are trained and texts encoded; auto: a GPU if there is one.")
                    .define(
                            "instance",
                            STRING,
                            null,
                            LOW,
                            "Name of this process among those of its service; unset: host name and a number, stored in the folder state and reused after a restart.")
                    .define(
                            "health.host",
                            STRING,
                            "127.0.0.1",
                            MEDIUM,
                            "Address of the health and metrics endpoints.")
                    .define(
                            "health.port",
                            INT,
                            8080,
                            Range.between(-1, 65_535),
                            MEDIUM,
                            "Port of the health and metrics endpoints; 0: any free port, which the log names; -1: none.")
                    .define(
                            "metrics.kafka",
                            BOOLEAN,
                            false,
                            LOW,
                            "Whether /metrics also has the thousands of metrics of Kafka's clients, which begin with kafka_.")
                    .define(
                            "http.token",
                            PASSWORD,
                            "",
                            MEDIUM,
                            "Token that callers of HTTP endpoints that write must send (Authorization: Bearer TOKEN); unset: such endpoints are off.")
                    .define(
                            "wait.broker",
                            INT,
                            30,
                            Range.atLeast(0),
                            LOW,
                            "Seconds to wait at start for an unreachable broker or registry.")
                    .define(
                            "topics.prefix",
                            STRING,
                            Topics.DEFAULT_PREFIX,
                            MEDIUM,
                            "Prefix of all topics, consumer groups and transactional ids.")
                    .define(
                            "topics.replication",
                            INT,
                            -1,
                            Range.between(-1, Short.MAX_VALUE),
                            MEDIUM,
                            "Replication factor of topics that Belay creates; -1: the broker's default.")
                    .define(
                            "topics.retention",
                            STRING,
                            FOREVER,
                            RETENTION,
                            MEDIUM,
                            "How long topics of examples, labels and predictions keep a record after its event time.")
                    .define(
                            "task.partitions",
                            INT,
                            4,
                            Range.atLeast(1),
                            MEDIUM,
                            "Partitions of each of a task's topics; another number is another run.")
                    .define(
                            "labeler.truth-horizon",
                            STRING,
                            "7d",
                            DURATION,
                            LOW,
                            "Greatest delay of truth after its example, in event time, at which it still becomes a label (endless models only).")
                    .define(
                            "labeler.truth-ids",
                            INT,
                            1_000_000,
                            Range.atLeast(1),
                            LOW,
                            "Number of truth ids per partition that the truth labeler keeps in memory, about 150 bytes each.")
                    .define(
                            "aggregator.windows",
                            STRING,
                            "1h",
                            WINDOWS,
                            MEDIUM,
                            "Windows of PROGRESSIVE figures in event time, separated by commas: 1h (tumbling), 24h/1h (24 hours, every hour); empty: none.")
                    .define(
                            "aggregator.grace",
                            STRING,
                            "1h",
                            DURATION,
                            MEDIUM,
                            "Greatest delay of truth after its example, in event time, at which it still updates windows.")
                    .define(
                            "aggregator.truth-horizon",
                            STRING,
                            "7d",
                            DURATION,
                            MEDIUM,
                            "Greatest delay of truth after its example, in event time, at which it is still counted.")
                    .define(
                            "aggregator.alerts",
                            INT,
                            300_000,
                            Range.atLeast(0),
                            MEDIUM,
                            "Examples of a task between two false alarms on belay.alerts, on average at least, of all its detectors together; 0: no detectors.")
                    .define(
                            "aggregator.patience",
                            INT,
                            900,
                            Range.atLeast(0),
                            LOW,
                            "Seconds without a commit after which an aggregator that fails repeatedly stops.")
                    .define(
                            "aggregator.server",
                            STRING,
                            null,
                            ADDRESS,
                            LOW,
                            "HOST:PORT of this aggregator (Kafka Streams' application.server) for programs that embed it and serve its rows; unset: none.");

    /** Prefixes below which any key is a setting, with their documentation. */
    static final Map<String, String> OPEN =
            new TreeMap<>(
                    Map.of(
                            "kafka.",
                            "Passed on to every Kafka client, such as kafka.security.protocol; keys below kafka.consumer., kafka.producer., kafka.admin. and kafka.streams. only to that kind of client.",
                            "registry.",
                            "Passed on to the schema registry's client, such as registry.basic.auth.user.info.",
                            "topics.rename.",
                            "Name of an existing topic to use as a task's topic, such as topics.rename.TASK.truth or topics.rename.TASK.examples."));

    private SettingKeys() {}

    static boolean isKnown(String key) {
        return DEFINITION.names().contains(key) || OPEN.keySet().stream().anyMatch(key::startsWith);
    }

    /**
     * Every setting's value: as given, or its default; null where it has none.
     *
     * @param origins where keys were set, for the error; those not in it are not said
     * @throws IllegalArgumentException if a key is unknown or a value is not one of its setting's
     */
    static Map<String, Object> parse(Map<String, String> values, Map<String, String> origins) {
        for (var e : values.entrySet()) {
            String origin = origins.getOrDefault(e.getKey(), "");
            requireKnown(e.getKey(), origin);
            ConfigDef.ConfigKey key = DEFINITION.configKeys().get(e.getKey());
            try {
                if (key != null) {
                    Object value = ConfigDef.parseType(key.name, e.getValue(), key.type);
                    if (key.validator != null) {
                        key.validator.ensureValid(key.name, value);
                    }
                }
            } catch (ConfigException wrong) {
                throw new IllegalArgumentException(
                        "%ssetting '%s': found '%s'; expected %s"
                                .formatted(origin, e.getKey(), e.getValue(), expected(key)),
                        wrong);
            }
        }
        return DEFINITION.parse(values);
    }

    private static void requireKnown(String key, String origin) {
        Set<String> known = new TreeSet<>(DEFINITION.names());
        if (!isKnown(key)) {
            throw new IllegalArgumentException(
                    "%sunknown setting '%s'; expected one of %s, or a key below %s%s"
                            .formatted(
                                    origin,
                                    key,
                                    String.join(", ", known),
                                    String.join(", ", OPEN.keySet()),
                                    Nearest.hint(key, known)));
        }
        // passed on to clients, which ignore what they do not know
        known.removeIf(name -> key.equals(name) || Nearest.distance(key, name) > 2);
        if (!DEFINITION.names().contains(key) && !known.isEmpty()) {
            throw new IllegalArgumentException(
                    "%sunknown setting '%s'; expected '%s'"
                            .formatted(origin, key, String.join("' or '", known)));
        }
    }

    /** The table of all settings in Markdown, for the docs. */
    public static String table() {
        StringBuilder table =
                new StringBuilder("| setting | values | default | meaning |\n|---|---|---|---|\n");
        for (ConfigDef.ConfigKey key : DEFINITION.configKeys().values()) {
            String otherwise =
                    key.defaultValue == null || key.type == PASSWORD
                            ? ""
                            : "`" + key.defaultValue + "`";
            table.append(
                    "| `%s` | %s | %s | %s |%n"
                            .formatted(key.name, expected(key), otherwise, key.documentation));
        }
        OPEN.forEach((prefix, doc) -> table.append("| `%s*` | | | %s |%n".formatted(prefix, doc)));
        return table.toString();
    }

    private static String expected(ConfigDef.ConfigKey key) {
        String type =
                switch (key.type) {
                    case INT -> "a whole number";
                    case BOOLEAN -> "true or false";
                    default -> "a text";
                };
        if (key.validator instanceof Range range) {
            return type + " " + range;
        }
        if (key.validator instanceof ValidString choices) {
            return choices.toString();
        }
        return key.validator == null ? type : key.validator.toString();
    }

    private static boolean isAddress(String text) {
        return Utils.getHost(text) != null && Utils.getPort(text) != null;
    }

    /** Whether all parts of a text are valid, without the spaces around them. */
    private static boolean all(String text, String separator, Predicate<String> valid) {
        return Arrays.stream(text.split(separator, -1)).map(String::strip).allMatch(valid);
    }

    private static boolean isDuration(String text, long leastMs) {
        return Settings.duration(text).toMillis() >= leastMs;
    }

    private static Validator validator(String values, Predicate<String> valid) {
        return ConfigDef.LambdaValidator.with(
                (name, value) -> {
                    try {
                        if (value != null && !valid.test(String.valueOf(value).strip())) {
                            throw new ConfigException(name, value, "expected " + values);
                        }
                    } catch (IllegalArgumentException e) {
                        throw new ConfigException(name, value, e.getMessage());
                    }
                },
                () -> values);
    }
}
