package dev.belay.runtime.settings;

import dev.belay.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/**
 * The settings of this installation: a flat map of dotted keys from a YAML file, then the
 * environment, then flags; the later wins.
 *
 * <p>In the environment a key is written as in {@code BELAY_KAFKA_BOOTSTRAP_SERVERS}. {@code
 * kafka.*} reaches every Kafka client untouched, {@code kafka.consumer.*}, {@code
 * kafka.producer.*}, {@code kafka.admin.*} and {@code kafka.streams.*} only those; {@code
 * registry.*} other than the URL reaches the schema registry's client as {@code schema.registry.*}
 * settings do elsewhere.
 */
public final class Settings {
    private static final List<String> CLIENTS = List.of("consumer", "producer", "admin", "streams");

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private final Map<String, String> values;
    private final Map<String, Object> parsed;

    private Settings(Map<String, String> values, Map<String, String> origins) {
        this.values = new TreeMap<>(values);
        this.parsed = SettingKeys.parse(values, origins);
        if (grace().compareTo(truthHorizon()) > 0) {
            throw new IllegalArgumentException(
                    "setting 'aggregator.grace': found '%s'; expected at most that of 'aggregator.truth-horizon', '%s'"
                            .formatted(text("aggregator.grace"), text("aggregator.truth-horizon")));
        }
    }

    /**
     * Reads a file (may be null), then the environment, then flags. Variables of the environment
     * that are not settings are ignored with a warning: orchestrators set some of their own, such
     * as {@code BELAY_SERVICE_HOST}.
     *
     * @throws IllegalArgumentException if a key of the file or the flags is unknown, a value is not
     *     one of its setting's, or the file is not a YAML mapping
     */
    public static Settings load(
            @Nullable Path file, Map<String, String> environment, Map<String, String> flags) {
        Map<String, String> all = new HashMap<>();
        Map<String, String> origins = new HashMap<>();
        if (file != null) {
            all.putAll(SettingsFile.read(file));
            all.keySet().forEach(key -> origins.put(key, file + ": "));
        }
        Map<String, String> fromEnvironment = SettingsEnvironment.read(environment);
        all.putAll(fromEnvironment);
        fromEnvironment
                .keySet()
                .forEach(
                        key ->
                                origins.put(
                                        key,
                                        "environment variable "
                                                + SettingsEnvironment.name(key)
                                                + ": "));
        all.putAll(flags);
        origins.keySet().removeAll(flags.keySet());
        return new Settings(all, origins);
    }

    /**
     * Settings from a map alone.
     *
     * @throws IllegalArgumentException if a key is unknown, a value is not one of its setting's, or
     *     two contradict each other
     */
    public static Settings of(Map<String, String> values) {
        return new Settings(values, Map.of());
    }

    /** These settings with others on top. */
    public Settings with(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(values);
        all.putAll(more);
        return new Settings(all, Map.of());
    }

    /** These settings where set, else others. */
    public Settings withDefaults(Map<String, String> others) {
        return Settings.of(others).with(values);
    }

    /** Whether a broker's address was set at all. */
    public boolean namesBroker() {
        return values.containsKey("kafka.bootstrap.servers");
    }

    public String bootstrapServers() {
        return text("kafka.bootstrap.servers");
    }

    public String registryUrl() {
        return text("registry.url");
    }

    /** The registry's URL without a user's name and password, for messages. */
    public String shownRegistryUrl() {
        return registryUrl().replaceAll("//[^/@]*@", "//");
    }

    /** Everything below {@code registry.} but the URL, for the registry's client. */
    public Map<String, String> registryClient() {
        return below("registry.", key -> !key.equals("registry.url"));
    }

    public Topics topics() {
        return new Topics(text("topics.prefix"), below("topics.rename.", key -> true));
    }

    /** Partitions of each of a task's topics; at least 1. */
    public int taskPartitions() {
        return number("task.partitions");
    }

    /** Replication factor of topics made by Belay; -1 leaves it to the broker. */
    public short replication() {
        return (short) number("topics.replication");
    }

    /**
     * How long topics of examples, labels and predictions keep a record after its timestamp, which
     * is its event time, in milliseconds; -1 ({@code forever}): without end.
     */
    public long retentionMs() {
        String retention = text("topics.retention");
        return retention.equals(SettingKeys.FOREVER) ? -1 : duration(retention).toMillis();
    }

    /** Where checkpoints are kept: a directory, or {@code s3://bucket/prefix}. */
    public String store() {
        return text("store");
    }

    /** {@code http(s)://host:port} of an S3 server; null: AWS. */
    public @Nullable String s3Endpoint() {
        return values.get("store.s3.endpoint");
    }

    /** Region of the bucket; null: as AWS clients find it. */
    public @Nullable String s3Region() {
        return values.get("store.s3.region");
    }

    /** Whether the metrics of Kafka's clients are among the metrics served. */
    public boolean kafkaMetrics() {
        return Boolean.TRUE.equals(parsed.get("metrics.kafka"));
    }

    /** Whether writers register schemas that are not in the registry. */
    public boolean registersSchemas() {
        return Boolean.TRUE.equals(parsed.get("schemas.register"));
    }

    /** Whether the bucket is in the path of its URL; unless set: whether an endpoint is set. */
    public boolean s3PathStyle() {
        Boolean set = (Boolean) parsed.get("store.s3.path-style");
        return set == null ? s3Endpoint() != null : set;
    }

    /** Directory of encoded texts. */
    public Path cache() {
        return Path.of(text("cache"));
    }

    /** Directory of the encoders {@code hf:NAME}, with a folder NAME for each. */
    public Path encoders() {
        return Path.of(text("encoders"));
    }

    /** Folder with the jars of plug-ins; null: none. */
    public @Nullable Path plugins() {
        String folder = (String) parsed.get("plugins");
        return folder == null ? null : Path.of(folder);
    }

    /** Directory of Kafka Streams' state and of the processes' instance names. */
    public Path state() {
        return Path.of(text("state"));
    }

    /**
     * Windows in event time of the PROGRESSIVE figures: sizes separated by commas, {@code 1h}
     * tumbling, {@code 24h/1h} of 24 hours every hour; empty: none.
     */
    public String windows() {
        return text("aggregator.windows");
    }

    /** How much later than its example truth may be and still update windows. */
    public Duration grace() {
        return duration(text("aggregator.grace"));
    }

    /** How much later than its example truth may be and still be counted. */
    public Duration truthHorizon() {
        return duration(text("aggregator.truth-horizon"));
    }

    /** Examples of a task between two false alarms, on average at least; 0: no alerts. */
    public int alertRunLength() {
        return number("aggregator.alerts");
    }

    /**
     * How much later than its example, in event time, truth may be and still become a label, for
     * models that learn from truth without end.
     */
    public Duration labelerTruthHorizon() {
        return duration(text("labeler.truth-horizon"));
    }

    /**
     * Ids of truth that the truth labeler keeps in memory of each partition, about 150 bytes each.
     */
    public int labelerTruthIds() {
        return number("labeler.truth-ids");
    }

    /**
     * Parses a duration as settings write it: 500ms, 30s, 15m, 24h, 7d.
     *
     * @throws IllegalArgumentException if it is not
     */
    public static Duration duration(String text) {
        Matcher match = DURATION.matcher(text.strip());
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "expected a duration such as 500ms, 30s, 15m, 24h or 7d, found '" + text + "'");
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

    /** {@code auto}, {@code cpu} or {@code gpu}. */
    public String device() {
        return text("device");
    }

    public String healthHost() {
        return text("health.host");
    }

    /** Port of the health and metrics endpoints; 0 takes a free one, -1 switches them off. */
    public int healthPort() {
        return number("health.port");
    }

    /** What callers of HTTP endpoints that write must send; empty: these are off. */
    public String httpToken() {
        return parsed.get("http.token") instanceof Password token ? token.value() : "";
    }

    /**
     * Distinguishes the processes of one service. Unless set: the host's name and digits that no
     * other running process has and that the next process finds again in the folder {@link #state}.
     */
    public String instance() {
        String set = values.get("instance");
        return set != null ? set : InstanceName.in(state().resolve("instances"));
    }

    /** How long to wait for a broker that can't be reached before giving up. */
    public Duration waitForBroker() {
        return Duration.ofSeconds(number("wait.broker"));
    }

    /**
     * {@code host:port} at which other aggregators can ask this one for its rows; null: they can't.
     */
    public @Nullable String aggregatorServer() {
        return values.get("aggregator.server");
    }

    /**
     * How long an aggregator that fails again and again without a commit in between is restarted
     * before it gives up.
     */
    public Duration aggregatorPatience() {
        return Duration.ofSeconds(number("aggregator.patience"));
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

    /** A setting that has a default. */
    private String text(String key) {
        return String.valueOf(parsed.get(key));
    }

    private int number(String key) {
        return Integer.parseInt(text(key));
    }
}
