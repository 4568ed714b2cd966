package dev.belay.producers.task;

import dev.belay.producers.source.DataException;
import dev.belay.producers.source.ExampleSource;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.TopicTable;
import dev.belay.runtime.service.Participant;
import dev.belay.runtime.service.Service;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Progress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
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

    /** Without a committed transaction in between; two producers may fence each other. */
    private static final int MOST_FENCED = 5;

    private final Clients clients;
    private final ProducerConfig config;
    private final ExampleSource source;
    private final ProgressListener listener;
    private volatile boolean stopped;
    private volatile boolean ready;
    private volatile boolean complete;
    private boolean warned; // of the thread that runs
    private long done; // rows known to be committed; of the thread that runs

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
     * Checks that the task has no rows of another source; writes nothing. The progress topic must
     * exist.
     *
     * @throws DataException when another source was written under this task's name
     */
    public void requireSameSource() {
        try (TopicTable<Progress> table = progress()) {
            table.catchUp(CATCH_UP_WITHIN);
            var partitions =
                    table.values().stream()
                            .filter(event -> topics().contains(event.getTopic()))
                            .map(
                                    event ->
                                            new TopicPartition(
                                                    event.getTopic(), event.getPartition()))
                            .toList();
            var unused =
                    new PartitionProgress(
                            config.writer(),
                            source.name(),
                            source.sourceHash(),
                            partitions,
                            table.values());
        }
    }

    /**
     * Writes everything that is not written yet. A producer that was fenced because its transaction
     * timed out goes on from what is committed; that of an endless source also after an outage of
     * the broker, however long.
     *
     * @throws DataException when another source was written under this task's name
     * @throws IllegalStateException when the topics have unequal partition counts, another producer
     *     of the task has taken over, or this one is fenced time after time
     */
    @Override
    public void run() {
        source.warnings().forEach(warning -> LOG.warn("{}: {}", source.name(), warning));
        int fenced = 0; // since the last transaction that was committed
        long before = -1;
        while (true) {
            try {
                produce();
                return;
            } catch (FencedException e) {
                fenced = done > before ? 1 : fenced + 1;
                before = done;
                requireNoOther(e, fenced);
                LOG.warn(
                        "the broker has fenced the producer of task {} or ended its transaction,"
                                + " and no other has written rows; it resumes from row {}: {}",
                        config.task(),
                        done,
                        String.valueOf(e.getCause()));
            } catch (KafkaException e) {
                // of a finite source the user decides; a service waits for its broker
                if (source.total() != ExampleSource.ENDLESS || stopped || !isOutage(e)) {
                    throw e;
                }
                LOG.warn(
                        "the broker does not answer the producer of task {}; it resumes from what is"
                                + " committed: {}",
                        config.task(),
                        e.getMessage());
            } finally {
                ready = false;
            }
        }
    }

    private static boolean isOutage(KafkaException failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof RetriableException) {
                return true;
            }
        }
        return false;
    }

    private void produce() {
        try (Producer<byte[], byte[]> producer = clients.producer(transactionalId())) {
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
                            .run(source, committed, () -> stopped, reported());
        }
    }

    private String transactionalId() {
        return clients.topics().prefix() + config.writer();
    }

    private ProgressListener reported() {
        return new ProgressListener() {
            @Override
            public void produced(long rows, long total) {
                done = rows;
                listener.produced(rows, total);
            }

            @Override
            public void counted(RecordCounts counts) {
                if (counts.isSuspect() && !warned) {
                    warned = true;
                    LOG.warn("task {}: {}", config.task(), counts);
                }
                listener.counted(counts);
            }
        };
    }

    /**
     * Another producer is known by what it has committed: more rows than this one has sent. It is
     * not fenced in turn. One that has committed nothing is, and then finds rows of this one; so of
     * two producers one ends.
     */
    private void requireNoOther(FencedException e, int fenced) {
        long found =
                committed().stream()
                        .filter(progress -> progress.getWriter().equals(config.writer()))
                        .mapToLong(Progress::getRows)
                        .max()
                        .orElse(0);
        if (found > e.rows()) {
            throw new IllegalStateException(
                    ("another producer of task %s has taken over (transactional id %s): found %,d"
                                    + " rows, this one has written %,d; one task has one producer at"
                                    + " a time")
                            .formatted(config.task(), transactionalId(), found, e.rows()),
                    e);
        }
        if (fenced >= MOST_FENCED) {
            throw new IllegalStateException(
                    ("the broker has fenced the producer of task %s (transactional id %s) %d times"
                                    + " at row %,d. Either another producer of the task is running,"
                                    + " or its transactions take longer than the setting"
                                    + " kafka.producer.transaction.timeout.ms (default 10000)."
                                    + " The same command resumes.")
                            .formatted(config.task(), transactionalId(), fenced, done),
                    e);
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
    public List<Participant> participants() {
        String problem = ready() ? null : "starting, or waiting for the broker";
        return List.of(new Participant(config.task(), name(), problem));
    }

    @Override
    public void close() {
        stopped = true;
    }

    private List<Progress> committed() {
        try (Admin admin = clients.admin();
                TopicTable<Progress> table = progress()) {
            table.catchUpPastOpenTransactions(admin, CATCH_UP_WITHIN);
            return List.copyOf(table.values());
        }
    }

    private TopicTable<Progress> progress() {
        return new TopicTable<>(clients, clients.topics().progress(config.task()), Progress.class);
    }

    private List<String> topics() {
        Topics topics = clients.topics();
        List<String> written =
                new ArrayList<>(
                        List.of(
                                topics.examples(config.task()),
                                topics.holdout(config.task()),
                                topics.truth(config.task())));
        if (source.hasVotes()) {
            written.add(topics.votes(config.task()));
        }
        return written;
    }

    private int partitions(Producer<byte[], byte[]> producer) {
        TreeMap<String, Integer> found = new TreeMap<>();
        for (String topic : topics()) {
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
