package dev.belay.aggregators.streams;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.topics.AccessDeniedException;
import dev.belay.runtime.topics.KafkaFutures;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Streams application that restarts after failures. A failure of any of its threads (a registry
 * that does not answer, a broker that was away too long) ends the current instance; {@link #tend}
 * starts the next, from the last commit, after a pause. Threads are not replaced individually,
 * because the global thread that fills the catalog can't be.
 *
 * <p>{@link #tend}, {@link #gaveUp} and {@link #close} belong to one thread, queries to any.
 */
public final class Application implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Application.class);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

    private final Clients clients;
    private final Admin admin;
    private final String name;
    private final Properties config = new Properties();
    private final Supplier<Topology> topology;
    private final RestartPolicy endurance;
    private final UncleanShutdownMarker mark;
    private final AtomicReference<@Nullable Throwable> death = new AtomicReference<>();
    private volatile @Nullable KafkaStreams streams;
    private volatile @Nullable String trouble;
    private boolean gaveUp;
    private @Nullable KafkaStreamsMetrics metrics;
    private boolean marked; // by this instance
    private long nextLifeNs;
    private long committed;

    /**
     * It starts with the first {@link #tend}.
     *
     * @param name for messages
     * @param topology built again for each instance
     */
    public Application(
            Clients clients,
            Admin admin,
            String name,
            Map<String, Object> config,
            Supplier<Topology> topology) {
        this.clients = clients;
        this.admin = admin;
        this.name = name;
        this.config.putAll(config);
        this.topology = topology;
        this.mark =
                new UncleanShutdownMarker(
                        Path.of(this.config.getProperty(StreamsConfig.STATE_DIR_CONFIG)),
                        this.config.getProperty(StreamsConfig.APPLICATION_ID_CONFIG));
        this.endurance = new RestartPolicy(clients.settings().aggregatorPatience());
        this.nextLifeNs = System.nanoTime();
    }

    /** Whether it is running. */
    public boolean running() {
        KafkaStreams now = streams;
        return now != null && now.state() == State.RUNNING;
    }

    /** Why it is not running, or null. */
    public @Nullable String trouble() {
        return trouble;
    }

    /**
     * Whether it has failed time after time for longer than {@code aggregator.patience}, without a
     * commit in between; it is restarted nevertheless.
     */
    public boolean gaveUp() {
        return gaveUp;
    }

    /** The current instance; null between two. */
    public @Nullable KafkaStreams streams() {
        return streams;
    }

    /**
     * Starts it, or restarts it after a failure; does not wait.
     *
     * @throws ConfigException when Kafka rejects its settings
     */
    public void tend() {
        KafkaStreams now = streams;
        if (now == null) {
            if (System.nanoTime() - nextLifeNs >= 0) {
                begin();
            }
        } else if (now.state() == State.ERROR) {
            end();
            died(death.get());
        } else if (now.state() == State.RUNNING && trouble != null && death.get() == null) {
            LOG.info("{} is back", name);
            trouble = null;
            gaveUp = false;
        }
    }

    @Override
    public void close() {
        end();
    }

    private void begin() {
        death.set(null);
        try {
            KafkaStreams next = new KafkaStreams(topology.get(), config);
            streams = next;
            next.setUncaughtExceptionHandler(
                    thrown -> {
                        death.set(thrown);
                        trouble = reason(thrown); // to stop all of it may take a minute
                        LOG.warn("{} stops: {}", name, trouble);
                        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
                    });
            if (clients.settings().kafkaMetrics()) {
                metrics = new KafkaStreamsMetrics(next);
                metrics.bindTo(clients.meters());
            }
            markStores(next);
            next.start();
        } catch (ConfigException e) {
            throw e;
        } catch (KafkaException e) {
            end();
            died(e);
        }
    }

    /** Its lock on the state folder excludes other processes by now. */
    private void markStores(KafkaStreams next) {
        if (mark.exists()) {
            LOG.warn(
                    "{} was killed with its stores open: they are deleted and restored from their"
                            + " changelogs",
                    name);
            next.cleanUp();
        }
        mark.create();
        marked = true;
    }

    private void end() {
        KafkaStreams last = streams;
        boolean wasMarked = marked;
        streams = null;
        marked = false;
        if (metrics != null) {
            metrics.close();
            metrics = null;
        }
        if (last == null) {
            return;
        }
        // leaves the group, so that the others need not wait for its session to end
        if (!last.close(
                CloseOptions.timeout(CLOSE_WITHIN)
                        .withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP))) {
            LOG.warn("{} did not stop within {}", name, CLOSE_WITHIN);
        } else if (wasMarked) {
            mark.delete();
        }
    }

    private void died(@Nullable Throwable why) {
        long before = committed;
        committed = committed();
        Duration pause = endurance.pause(committed > before, System.nanoTime());
        gaveUp = pause == null;
        if (pause == null) {
            pause = RestartPolicy.LONGEST_PAUSE;
            trouble =
                    "%s failed %d times without a commit in between, for %s and longer: %s"
                            .formatted(
                                    name,
                                    endurance.deaths(),
                                    clients.settings().aggregatorPatience(),
                                    reason(why));
        } else {
            trouble = reason(why);
        }
        nextLifeNs = System.nanoTime() + pause.toNanos();
        if (denied(why) != null) {
            LOG.warn("{} restarts in {} s: {}", name, pause.toSeconds(), reason(why));
            return;
        }
        String line = "{} restarts from its last commit in {} s";
        if (isOfTheCluster(why)) { // fenced, or no answer: the line before says so
            LOG.warn(line, name, pause.toSeconds());
        } else {
            LOG.error(line, name, pause.toSeconds(), why);
        }
    }

    /** Whether its first cause is a refusal or the silence of a broker or of the registry. */
    private static boolean isOfTheCluster(@Nullable Throwable why) {
        Throwable first = why;
        while (first != null && first.getCause() != null) {
            first = first.getCause();
        }
        return first == null || first instanceof ApiException || first instanceof IOException;
    }

    /** Those of consumers and transactions are named already; what remains is sending. */
    private @Nullable AccessDeniedException denied(@Nullable Throwable why) {
        AccessDeniedException denied = AccessDeniedException.in(why, AclOperation.WRITE, "");
        // the broker does not name the topic that Streams was not allowed to create
        String own = "topics " + config.getProperty(StreamsConfig.APPLICATION_ID_CONFIG) + "-*";
        return denied != null ? denied : AccessDeniedException.in(why, AclOperation.CREATE, own);
    }

    private String reason(@Nullable Throwable why) {
        AccessDeniedException denied = denied(why);
        if (denied != null) {
            return String.valueOf(denied.getMessage());
        }
        return why + (why == null || why.getCause() == null ? "" : ", by " + why.getCause());
    }

    /**
     * Committed offsets of its group, summed over all partitions; the last known sum if the broker
     * does not answer.
     */
    private long committed() {
        String group = config.getProperty(StreamsConfig.APPLICATION_ID_CONFIG);
        try {
            return KafkaFutures.get(
                            admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(),
                            "asking how far " + group + " is")
                    .values()
                    .stream()
                    .mapToLong(OffsetAndMetadata::offset)
                    .sum();
        } catch (KafkaException e) {
            LOG.warn("can't read the committed offsets of {}: {}", group, e.toString());
            return committed;
        }
    }
}
