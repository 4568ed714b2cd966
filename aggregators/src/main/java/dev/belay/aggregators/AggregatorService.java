package dev.belay.aggregators;

import dev.belay.aggregators.catalog.CatalogDeadLetters;
import dev.belay.aggregators.comparison.CatalogCheck;
import dev.belay.aggregators.streams.Application;
import dev.belay.aggregators.streams.StreamsSettings;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.TopicTable;
import dev.belay.runtime.service.Participant;
import dev.belay.runtime.service.Prerequisites;
import dev.belay.runtime.service.Route;
import dev.belay.runtime.service.Service;
import dev.belay.runtime.topics.TopicCheck;
import dev.belay.schemas.EventJson;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.ModelSpec;
import io.javalin.http.NotFoundResponse;
import io.javalin.http.ServiceUnavailableResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * Follows {@code belay.models} and runs one Streams application for each task that appears there,
 * as soon as the task's truth and predictions topics exist with as many partitions as its models
 * say (where these contradict each other: any of them); until then the service reports what it
 * waits for. One more application, for the installation, sends invalid records of {@code
 * belay.models} and {@code belay.checkpoints} to the dead letters. Ready once each application runs
 * or has failed, also while there is no task; one that fails is restarted and holds up no other.
 */
public final class AggregatorService implements Service {
    private static final Duration POLL = Duration.ofMillis(200);

    private final Clients clients;
    private final Prerequisites patience = new Prerequisites("aggregator");
    private final Map<String, TaskApplication> tasks = new ConcurrentHashMap<>();
    private volatile @Nullable Application letters;

    public AggregatorService(Clients clients) {
        this.clients = clients;
    }

    @Override
    public String name() {
        return "aggregator";
    }

    /**
     * @throws IllegalStateException when the applications of all tasks, or that of the catalog,
     *     fail again and again without progress
     */
    @Override
    public void run() {
        Topics topics = clients.topics();
        try (Admin admin = clients.admin()) {
            TopicCheck check = new TopicCheck(admin);
            if (!patience.awaitInstallation(check, topics)) {
                return;
            }
            Map<String, Set<Integer>> waiting = new LinkedHashMap<>();
            try (var models =
                    new TopicTable<>(
                            clients,
                            topics.models(),
                            ModelSpec.class,
                            (id, spec) -> {
                                if (spec != null && CatalogCheck.reason(id, spec) == null) {
                                    waiting.computeIfAbsent(spec.getTask(), t -> new TreeSet<>())
                                            .add(spec.getPartitions());
                                }
                            })) {
                Application catalog =
                        new Application(
                                clients,
                                admin,
                                "the aggregator of the catalog",
                                StreamsSettings.ofCatalog(clients.settings()),
                                () ->
                                        CatalogDeadLetters.build(
                                                topics, clients.codec(), clients.meters()));
                letters = catalog;
                while (!patience.isClosed()) {
                    models.poll(POLL);
                    waiting.keySet().removeAll(tasks.keySet());
                    waiting.forEach((task, partitions) -> begin(admin, check, task, partitions));
                    applications().forEach(Application::tend);
                    endIfAllGaveUp(catalog);
                }
            } finally {
                applications().parallel().forEach(Application::close);
            }
        }
    }

    @Override
    public boolean ready() {
        return letters != null
                && patience.isContent()
                && !patience.isClosed()
                && applications().allMatch(a -> a.running() || a.trouble() != null);
    }

    @Override
    public List<Participant> participants() {
        List<Participant> all = new ArrayList<>(patience.participants());
        tasks.forEach((task, application) -> all.add(application.participant(task)));
        return all;
    }

    @Override
    public List<String> troubles() {
        List<String> all = new ArrayList<>(patience.problems());
        applications().map(Application::trouble).filter(t -> t != null).forEach(all::add);
        return all;
    }

    @Override
    public void close() {
        patience.close();
    }

    /** The current rows of a task; null if this aggregator does not know it. */
    public @Nullable LiveMetrics live(String task) {
        TaskApplication known = tasks.get(task);
        return known == null ? null : known.live();
    }

    /**
     * {@code GET /v1/tasks/{task}/metrics[?student=ID]}: the rows of a task that this instance
     * holds, by their keys in {@code belay.metrics}; 404 for a task it does not know, 503 while
     * they are being moved or restored.
     */
    @Override
    public List<Route> routes() {
        return List.of(
                Route.get(
                        "/v1/tasks/{task}/metrics",
                        ctx -> {
                            String task = ctx.pathParam("task");
                            LiveMetrics live = live(task);
                            if (live == null) {
                                throw new NotFoundResponse(
                                        "no task " + task + " is aggregated here");
                            }
                            Map<String, Object> rows = new TreeMap<>();
                            try {
                                live.rows(ctx.queryParam("student"))
                                        .forEach((key, row) -> rows.put(key, EventJson.of(row)));
                            } catch (LiveMetrics.NotNowException e) {
                                throw new ServiceUnavailableResponse(
                                        String.valueOf(e.getMessage()));
                            }
                            ctx.json(rows);
                        }));
    }

    /** What is wrong with one task is its problem; with all, or the catalog, of what they share. */
    private void endIfAllGaveUp(Application catalog) {
        List<Application> ofTasks =
                tasks.values().stream().map(TaskApplication::application).toList();
        boolean all = !ofTasks.isEmpty() && ofTasks.stream().allMatch(Application::gaveUp);
        if (all || catalog.gaveUp()) {
            throw new IllegalStateException(String.join("; ", troubles()));
        }
    }

    private Stream<Application> applications() {
        return Stream.concat(
                Stream.ofNullable(letters),
                tasks.values().stream().map(TaskApplication::application));
    }

    private void begin(Admin admin, TopicCheck check, String task, Set<Integer> partitions) {
        Topics topics = clients.topics();
        List<String> own = List.of(topics.truth(task), topics.predictions(task));
        List<Integer> found = new ArrayList<>();
        if (patience.passes(
                task,
                "task " + task,
                () -> {
                    String problem = null;
                    for (int some : partitions) {
                        problem = check.problem(own, some);
                        if (problem == null) {
                            found.add(some);
                            return check.problem(
                                    List.of(topics.metrics(), topics.slices(), topics.alerts()),
                                    TopicCheck.ANY);
                        }
                    }
                    return problem;
                })) {
            tasks.put(task, new TaskApplication(clients, admin, task, found.get(0)));
        }
    }
}
