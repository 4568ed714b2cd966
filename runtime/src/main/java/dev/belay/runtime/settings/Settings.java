package dev.belay.runtime.settings;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.belay.schemas.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings of this installation: a flat map of dotted keys from a YAML file, then the
 * environment, then flags; the later wins.
 *
 * <p>In the environment a key is upper-cased, prefixed with {@code BELAY_}, its dots written as
 * {@code _} and its dashes as {@code __}: {@code BELAY_KAFKA_BOOTSTRAP_SERVERS}. {@code kafka.*}
 * reaches every Kafka client untouched, {@code kafka.consumer.*}, {@code kafka.producer.*}, {@code
 * kafka.admin.*} and {@code kafka.streams.*} only those; {@code registry.*} other than the URL
 * reaches the schema registry's client as {@code schema.registry.*} settings do elsewhere.
 */
public final class Settings {
    private static final Logger LOG = LoggerFactory.getLogger(Settings.class);
    private static final List<String> CLIENTS = List.of("consumer", "producer", "admin", "streams");
    private static final Set<String> KNOWN =
            Set.of(
                    "registry.url",
                    "topics.prefix",
                    "task.partitions",
                    "topics.replication",
                    "topics.retention",
                    "store",
                    "store.s3.endpoint",
                    "store.s3.region",
                    "store.s3.path-style",
                    "cache",
                    "encoders",
                    "plugins",
                    "aggregator.windows",
                    "aggregator.grace",
                    "aggregator.truth-horizon",
                    "labeler.truth-horizon",
                    "labeler.truth-ids",
                    "state",
                    "device",
                    "health.host",
                    "health.port",
                    "instance",
                    "wait.broker",
                    "aggregator.server",
                    "aggregator.patience");
    private static final Set<String> OPEN =
            Set.of("kafka.", "registry.", "topics.rename."); // any key below these

    /** What the launcher reads. */
    private static final Set<String> LAUNCHER = Set.of("BELAY_JAVA_OPTS", "BELAY_MVN_OPTS");

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private final Map<String, String> values;

    private Settings(Map<String, String> values) {
        this.values = new TreeMap<>(values);
        for (String key : values.keySet()) {
            if (!isKnown(key)) {
                throw new IllegalArgumentException(
                        "unknown setting '"
                                + key
                                + "'; known are "
                                + KNOWN.stream().sorted().collect(Collectors.joining(", "))
                                + " and anything below kafka., registry., topics.rename.");
            }
        }
    }

    /**
     * Reads a file (may be null), then the environment, then flags. Variables that are no settings
     * are left alone: orchestrators set some of their own, such as {@code BELAY_SERVICE_HOST}.
     *
     * @throws IllegalArgumentException when a key of the file or the flags is unknown, or the file
     *     is not a YAML mapping
     */
    public static Settings load(
            @Nullable Path file, Map<String, String> environment, Map<String, String> flags) {
        Map<String, String> all = new HashMap<>();
        if (file != null) {
            all.putAll(readFile(file));
        }
        environment.forEach(
                (name, value) -> {
                    if (!name.startsWith("BELAY_") || LAUNCHER.contains(name)) {
                        return;
                    }
                    String key =
                            name.substring("BELAY_".length())
                                    .toLowerCase(Locale.ROOT)
                                    .replace("__", "-")
                                    .replace('_', '.');
                    if (isKnown(key)) {
                        all.put(key, value);
                    } else {
                        LOG.warn("{} in the environment is no setting, it is left alone", name);
                    }
                });
        all.putAll(flags);
        return new Settings(all);
    }

    /** Settings from a map alone. */
    public static Settings of(Map<String, String> values) {
        return new Settings(values);
    }

    /** These settings with others on top. */
    public Settings with(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(values);
        all.putAll(more);
        return new Settings(all);
    }

    /** These settings where set, else others. */
    public Settings withDefaults(Map<String, String> others) {
        return new Settings(others).with(values);
    }

    /** Whether a broker's address was set at all. */
    public boolean namesBroker() {
        return values.containsKey("kafka.bootstrap.servers");
    }

    public String bootstrapServers() {
        return text("kafka.bootstrap.servers", "localhost:9092");
    }

    public String registryUrl() {
        return text("registry.url", "http://localhost:8081/apis/ccompat/v7");
    }

    /** Everything below {@code registry.} but the URL, for the registry's client. */
    public Map<String, String> registryClient() {
        return below("registry.", key -> !key.equals("registry.url"));
    }

    public Topics topics() {
        return new Topics(
                text("topics.prefix", Topics.DEFAULT_PREFIX), below("topics.rename.", key -> true));
    }

    /** Partitions of each of a task's topics; default 4. */
    public int taskPartitions() {
        return number("task.partitions", 4);
    }

    /** Replication factor of topics made by Belay; -1, the default, leaves it to the broker. */
    public short replication() {
        return (short) number("topics.replication", -1);
    }

    /**
     * How long topics of examples, labels and predictions keep a record after its timestamp, which
     * is its event time, in milliseconds; -1, the default ({@code forever}): without end.
     */
    public long retentionMs() {
        String key = "topics.retention";
        if (text(key, "forever").equals("forever")) {
            return -1;
        }
        Duration retention = duration(key, "forever");
        if (retention.isZero()) {
            throw new IllegalArgumentException(
                    "setting '" + key + "' must be above 0, or forever, found '0'");
        }
        return retention.toMillis();
    }

    /** Where checkpoints are kept: a directory, or {@code s3://bucket/prefix}. */
    public String store() {
        return text("store", ".belay/checkpoints");
    }

    /** {@code http(s)://host:port} of an S3 server; null: AWS. */
    public @Nullable String s3Endpoint() {
        return values.get("store.s3.endpoint");
    }

    /** Region of the bucket; null: as AWS clients find it. */
    public @Nullable String s3Region() {
        return values.get("store.s3.region");
    }

    /** Whether the bucket is in the path of its URL; default true where an endpoint is set. */
    public boolean s3PathStyle() {
        String value = values.get("store.s3.path-style");
        if (value == null) {
            return s3Endpoint() != null;
        }
        if (!value.equals("true") && !value.equals("false")) {
            throw new IllegalArgumentException(
                    "setting 'store.s3.path-style' must be true or false, found '" + value + "'");
        }
        return value.equals("true");
    }

    /** Where encoded texts are kept: a directory. */
    public Path cache() {
        return Path.of(text("cache", ".belay/cache"));
    }

    /** Where the encoders {@code hf:NAME} are: a directory with a folder NAME for each. */
    public Path encoders() {
        return Path.of(text("encoders", ".belay/encoders"));
    }

    /** Folder with the jars of plug-ins; null: none. */
    public @Nullable Path plugins() {
        String folder = values.get("plugins");
        return folder == null ? null : Path.of(folder);
    }

    /** Where Kafka Streams keeps its state, and processes their names: a directory. */
    public Path state() {
        return Path.of(text("state", ".belay/streams"));
    }

    /**
     * Windows in event time of the PROGRESSIVE figures: sizes apart by commas, {@code 1h} tumbling,
     * {@code 24h/1h} of 24 hours every hour; empty: none.
     */
    public String windows() {
        return text("aggregator.windows", "1h");
    }

    /** How much later than its example truth may come and still move windows. */
    public Duration grace() {
        return duration("aggregator.grace", "1h");
    }

    /** How much later than its example truth may come and still count. */
    public Duration truthHorizon() {
        return duration("aggregator.truth-horizon", "7d");
    }

    /**
     * How much later than its example, in event time, truth may be and still give a label where
     * models learn from truth without end.
     */
    public Duration labelerTruthHorizon() {
        return duration("labeler.truth-horizon", "7d");
    }

    /**
     * Ids of truth that the truth labeler keeps in memory of each partition, about 150 bytes each.
     */
    public int labelerTruthIds() {
        int ids = number("labeler.truth-ids", 1_000_000);
        if (ids < 1) {
            throw new IllegalArgumentException(
                    "setting 'labeler.truth-ids' must be at least 1, found " + ids);
        }
        return ids;
    }

    /**
     * A length of time as settings write it: 500ms, 30s, 15m, 24h, 7d.
     *
     * @throws IllegalArgumentException if it is not
     */
    public static Duration duration(String text) {
        Matcher match = DURATION.matcher(text.strip());
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "expected a length of time such as 500ms, 30s, 15m, 24h or 7d, found '"
                            + text
                            + "'");
        }
        long count = Long.parseLong(match.group(1));
        return switch (match.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }

    private Duration duration(String key, String otherwise) {
        try {
            return duration(text(key, otherwise));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("setting '" + key + "': " + e.getMessage(), e);
        }
    }

    /** {@code auto}, {@code cpu} or {@code gpu}. */
    public String device() {
        return text("device", "auto");
    }

    public String healthHost() {
        return text("health.host", "127.0.0.1");
    }

    /** Port of the health and metrics endpoints; 0 takes a free one, -1 switches them off. */
    public int healthPort() {
        return number("health.port", 8080);
    }

    /**
     * Distinguishes the processes of one service. Unless set: the host's name and digits that no
     * other running process has and that the next process finds again in the folder {@link #state}.
     */
    public String instance() {
        String set = values.get("instance");
        return set != null ? set : InstanceName.in(state().resolve("instances"));
    }

    /** How long to wait for a broker that can't be reached before giving up; default 30 s. */
    public Duration waitForBroker() {
        return Duration.ofSeconds(number("wait.broker", 30));
    }

    /**
     * {@code host:port} at which other aggregators can ask this one for its rows; null: they can't.
     */
    public @Nullable String aggregatorServer() {
        return values.get("aggregator.server");
    }

    /**
     * How long an aggregator that dies again and again without a commit in between begins anew
     * before it gives up; default 15 minutes.
     */
    public Duration aggregatorPatience() {
        return Duration.ofSeconds(number("aggregator.patience", 900));
    }

    /**
     * The settings of one kind of Kafka client: {@code kafka.*}, then {@code kafka.<client>.*}.
     *
     * @param client consumer, producer, admin or streams
     */
    public Map<String, Object> kafka(String client) {
        Map<String, Object> result = new HashMap<>();
        result.put("bootstrap.servers", bootstrapServers());
        result.putAll(
                below(
                        "kafka.",
                        key ->
                                CLIENTS.stream()
                                        .noneMatch(c -> key.startsWith("kafka." + c + "."))));
        result.putAll(below("kafka." + client + ".", key -> true));
        return result;
    }

    private Map<String, String> below(
            String prefix, java.util.function.Predicate<String> including) {
        return values.entrySet().stream()
                .filter(e -> e.getKey().startsWith(prefix) && including.test(e.getKey()))
                .collect(
                        Collectors.toMap(
                                e -> e.getKey().substring(prefix.length()), Map.Entry::getValue));
    }

    private static boolean isKnown(String key) {
        return KNOWN.contains(key) || OPEN.stream().anyMatch(key::startsWith);
    }

    private String text(String key, String otherwise) {
        return values.getOrDefault(key, otherwise);
    }

    private int number(String key, int otherwise) {
        String value = values.get(key);
        try {
            return value == null ? otherwise : Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "setting '" + key + "' must be a whole number, found '" + value + "'", e);
        }
    }

    private static Map<String, String> readFile(Path file) {
        if (Files.notExists(file)) {
            throw new IllegalArgumentException(
                    file + ": found no such file; expected a YAML mapping of settings");
        }
        try {
            Map<String, Object> tree =
                    new YAMLMapper().readValue(file.toFile(), new TypeReference<>() {});
            Map<String, String> flat = new HashMap<>();
            flatten("", tree, flat);
            return flat;
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalArgumentException(
                    file + ": expected a YAML mapping of settings: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("can't read settings from " + file, e);
        }
    }

    private static void flatten(String at, Object value, Map<String, String> into) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((k, v) -> flatten(at.isEmpty() ? "" + k : at + "." + k, v, into));
        } else {
            into.put(at, String.valueOf(value));
        }
    }
}
