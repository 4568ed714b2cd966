package dev.belay.aggregators;

import dev.belay.runtime.Clients;
import dev.belay.runtime.Service;
import dev.belay.runtime.TopicTable;
import dev.belay.schemas.events.ModelSpec;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows {@code belay.models} and runs one Streams application for each task that appears there,
 * as soon as the task's truth and predictions topics exist. Ready while all of them count, also
 * while there is none.
 */
public final class AggregatorService implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(AggregatorService.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Clients clients;
    private final Map<String, TaskApplication> applications = new ConcurrentHashMap<>();
    private volatile boolean following;
    private volatile boolean closed;

    public AggregatorService(Clients clients) {
        this.clients = clients;
    }

    @Override
    public String name() {
        return "aggregator";
    }

    /**
     * @throws IllegalStateException when an application has failed for good, or a task's topics
     *     have another number of partitions than its models say
     */
    @Override
    public void run() throws InterruptedException, ExecutionException {
        Map<String, Integer> waiting = new LinkedHashMap<>();
        try (var models =
                        new TopicTable<>(
                                clients,
                                clients.topics().models(),
                                ModelSpec.class,
                                (id, spec) -> {
                                    if (spec != null && !applications.containsKey(spec.getTask())) {
                                        waiting.put(spec.getTask(), spec.getPartitions());
                                    }
                                });
                Admin admin = clients.admin()) {
            while (!closed) {
                models.poll(POLL);
                following = true;
                for (var task : Map.copyOf(waiting).entrySet()) {
                    if (topicsExist(admin, task.getKey(), task.getValue())) {
                        waiting.remove(task.getKey());
                        start(task.getKey(), task.getValue());
                    }
                }
                applications.values().forEach(TaskApplication::check);
            }
        } finally {
            applications.values().parallelStream().forEach(TaskApplication::close);
        }
    }

    @Override
    public boolean ready() {
        return following
                && !closed
                && applications.values().stream().allMatch(TaskApplication::running);
    }

    @Override
    public void close() {
        closed = true;
    }

    private void start(String task, int partitions) {
        LOG.info("aggregating task {} ({} partitions)", task, partitions);
        applications.put(task, new TaskApplication(clients, task, partitions));
    }

    /**
     * @throws IllegalStateException if they exist with another number of partitions
     */
    private boolean topicsExist(Admin admin, String task, int partitions)
            throws InterruptedException, ExecutionException {
        List<String> names =
                List.of(clients.topics().truth(task), clients.topics().predictions(task));
        Map<String, Integer> found = new HashMap<>();
        for (var described : admin.describeTopics(names).topicNameValues().entrySet()) {
            try {
                TopicDescription topic = described.getValue().get();
                found.put(described.getKey(), topic.partitions().size());
            } catch (ExecutionException e) {
                if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                    return false; // not made yet
                }
                throw e;
            }
        }
        if (found.values().stream().anyMatch(count -> count != partitions)) {
            throw new IllegalStateException(
                    "task "
                            + task
                            + " has "
                            + partitions
                            + " partitions by its models, but its topics have "
                            + found);
        }
        return true;
    }
}
