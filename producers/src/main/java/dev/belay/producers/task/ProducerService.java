package dev.belay.producers.task;

import dev.belay.producers.source.DataException;
import dev.belay.producers.source.ExampleSource;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.TopicTable;
import dev.belay.runtime.service.Service;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Progress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Produces one source to one task, then returns; of an endless source, when it is closed. Started
 * again it goes on where it was; when all is written it adds nothing. A second producer of the same
 * task takes over from the first.
 */
public final class ProducerService implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerService.class);

    /**
     * The broker rolls back a dead writer's transaction after 10 s, and checks for such every 10 s.
     */
    private static final Duration CATCH_UP_WITHIN = Duration.ofSeconds(40);

    private final Clients clients;
    private final ProducerConfig config;
    private final ExampleSource source;
    private final ProgressListener listener;
    private volatile boolean stopped;
    private volatile boolean ready;
    private volatile boolean complete;

    /**
     * @param source stays the caller's to close, after {@link #run} has returned
     */
    public ProducerService(
            Clients clients,
            ProducerConfig config,
            ExampleSource source,
            ProgressListener listener) {
        this.clients = clients;
        this.config = config;
        this.source = source;
        this.listener = listener;
    }

    @Override
    public String name() {
        return "producer-" + config.task();
    }

    /**
     * Writes everything that is not written yet.
     *
     * @throws DataException when another source was written under this task's name
     * @throws IllegalStateException when the topics have unequal partition counts, or another
     *     producer of the task has taken over
     */
    @Override
    public void run() {
        try (Producer<byte[], byte[]> producer = clients.producer(config.writer())) {
            int partitions = partitions(producer);
            producer.initTransactions();
            List<Progress> committed = committed();
            ready = true;
            LOG.info("producing {} to task {}", source.name(), config.task());
            complete =
                    new TaskProducer(
                                    producer,
                                    clients.codec(),
                                    clients.topics(),
                                    partitions,
                                    config,
                                    Clock.systemUTC(),
                                    new RateLimiter(config.rowsPerSecond()))
                            .run(source, committed, () -> stopped, listener);
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            throw new IllegalStateException(
                    ("another producer of task %s has taken over (transactional id %s);"
                                    + " one task has one producer at a time")
                            .formatted(config.task(), config.writer()),
                    e);
        } finally {
            ready = false;
        }
    }

    /** Whether everything is written and all partitions are ended. */
    public boolean complete() {
        return complete;
    }

    @Override
    public boolean ready() {
        return ready || complete;
    }

    @Override
    public void close() {
        stopped = true;
    }

    private List<Progress> committed() {
        try (Admin admin = clients.admin();
                TopicTable<Progress> table =
                        new TopicTable<>(
                                clients,
                                clients.topics().progress(config.task()),
                                Progress.class)) {
            table.catchUpPastOpenTransactions(admin, CATCH_UP_WITHIN);
            return List.copyOf(table.values());
        }
    }

    private int partitions(Producer<byte[], byte[]> producer) {
        Topics topics = clients.topics();
        TreeMap<String, Integer> found = new TreeMap<>();
        for (String topic :
                List.of(
                        topics.examples(config.task()),
                        topics.holdout(config.task()),
                        topics.truth(config.task()))) {
            found.put(topic, producer.partitionsFor(topic).size());
        }
        if (found.values().stream().distinct().count() > 1) {
            throw new IllegalStateException(
                    "topics have unequal partition counts "
                            + found
                            + "; expected the same number, since an example and its truth must be"
                            + " in the same partition");
        }
        return found.firstEntry().getValue();
    }
}
