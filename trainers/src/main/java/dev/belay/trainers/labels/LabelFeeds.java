package dev.belay.trainers.labels;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.runtime.clients.ExpiredOffsetException;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.schemas.events.ModelSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All feeds of a trainer: models that learn from the same labels at near positions share one. Used
 * by the training thread.
 */
public final class LabelFeeds implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LabelFeeds.class);

    private final Clients clients;
    private final Function<String, Consumer<byte[], byte[]>> consumers;
    private final EncodingPrefetch prefetch;
    private final DeadLetters deadLetters;
    private final List<LabelFeed> feeds = new ArrayList<>();

    /**
     * @param prefetch receives the inputs to encode
     */
    public LabelFeeds(Clients clients, EncodingPrefetch prefetch) {
        this(
                clients,
                topic -> clients.consumer(null, "trainer-" + topic, LabelReader.CONSUMER),
                prefetch);
    }

    /**
     * @param consumers creates one for a topic; closed by this
     */
    public LabelFeeds(
            Clients clients,
            Function<String, Consumer<byte[], byte[]>> consumers,
            EncodingPrefetch prefetch) {
        this.clients = clients;
        this.consumers = consumers;
        this.prefetch = prefetch;
        this.deadLetters = new DeadLetters(clients, "trainer");
    }

    /** Starts to read for a model. */
    public void add(LabelSource source) {
        for (LabelFeed feed : feeds) {
            if (feed.key().equals(LabelFeed.Key.of(source.spec())) && feed.isNear(source)) {
                feed.add(source);
                return;
            }
        }
        feeds.add(open(source));
    }

    /**
     * Takes available labels for a model, and for those that share its feed.
     *
     * @param size of the micro-epoch it needs
     * @throws ExpiredOffsetException if labels that the model has not read yet have expired
     */
    public void poll(LabelSource source, long size) {
        LabelFeed feed = of(source);
        try {
            feed.poll(source, size);
        } catch (ExpiredOffsetException e) {
            if (e.isLost(source.next(e.partition().partition()))) {
                throw e;
            }
            move(source, feed); // only another model of the feed needs the expired labels
            return;
        }
        for (LabelSource one : feed.sources()) {
            if (one.isOverfull() && feed.sources().size() > 1) {
                // it would buffer ever more for the others. The new feed is opened first: if that
                // fails, the model is still in this one and can be dropped
                move(one, feed);
            }
        }
    }

    private void move(LabelSource source, LabelFeed from) {
        feeds.add(open(source));
        from.remove(source);
        closeIfUnused(from);
    }

    private void closeIfUnused(LabelFeed feed) {
        if (feed.sources().isEmpty()) {
            feeds.remove(feed);
            feed.close();
        }
    }

    /**
     * Cursor of a model without checkpoint. With a budget: offset 0 of each partition, even if
     * expired, so that it never FINISHes on fewer examples. Endless: the first available offsets.
     */
    public long[] begin(ModelSpec spec) {
        long[] cursor = new long[spec.getPartitions()];
        if (spec.getBudget() > 0) {
            return cursor;
        }
        String topic = topic(spec);
        try (Consumer<byte[], byte[]> consumer = consumers.apply(topic)) {
            List<TopicPartition> all =
                    IntStream.range(0, cursor.length)
                            .mapToObj(p -> new TopicPartition(topic, p))
                            .toList();
            consumer.beginningOffsets(all)
                    .forEach((partition, first) -> cursor[partition.partition()] = first);
        }
        if (Arrays.stream(cursor).anyMatch(first -> first > 0)) {
            LOG.warn(
                    "{} is endless and begins at offsets {} of {}, the first available ones",
                    spec.getId(),
                    Arrays.toString(cursor),
                    topic);
        }
        return cursor;
    }

    /** Sends an example that a model cannot encode to the dead letters, with its checkpoint. */
    public void reject(LabelSource source, LabelSource.Taken taken, String reason) {
        String model = source.spec().getId();
        source.reject(taken, deadLetters.notEncoded(taken.record(), model, reason));
    }

    /** Detects ended partitions of a model. */
    public void lookForEnds(LabelSource source, ProgressTable progress, Admin admin) {
        of(source).lookForEnds(progress, admin);
    }

    /** Labels that a model has not learned from yet, as far as known. */
    public long lag(LabelSource source) {
        return source.waiting() + of(source).lag();
    }

    /** Stops reading for a model. */
    public void remove(LabelSource source) {
        LabelFeed feed = of(source);
        feed.remove(source);
        closeIfUnused(feed);
    }

    /** Feeds that are open. */
    int size() {
        return feeds.size();
    }

    private LabelFeed open(LabelSource first) {
        String topic = topic(first.spec());
        return new LabelFeed(clients, topic, consumers.apply(topic), first, prefetch);
    }

    private String topic(ModelSpec spec) {
        return clients.topics().labels(spec.getTask(), spec.getSupervisor());
    }

    private LabelFeed of(LabelSource source) {
        for (LabelFeed feed : feeds) {
            if (feed.sources().contains(source)) {
                return feed;
            }
        }
        throw new IllegalStateException(source + " is not read");
    }

    @Override
    public void close() {
        feeds.forEach(LabelFeed::close);
        feeds.clear();
    }
}
