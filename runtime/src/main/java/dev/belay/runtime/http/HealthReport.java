package dev.belay.runtime.http;

import dev.belay.runtime.service.Participant;
import dev.belay.runtime.service.Service;
import dev.belay.runtime.service.ServiceGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The state of a process, as {@code /health} publishes it.
 *
 * @param live whether no service has failed
 * @param ready whether all services do their work
 * @param services whether each is ready, by name
 * @param tasks what the process does for each task, by name
 * @param troubles what services can't do now, of tasks too
 */
record HealthReport(
        boolean live,
        boolean ready,
        Map<String, Boolean> services,
        Map<String, Task> tasks,
        List<String> troubles) {

    /**
     * What the process does for a task.
     *
     * @param ready whether there are no problems
     * @param running as {@code SERVICE ID}, ascending
     * @param problems why others don't run, by {@code SERVICE ID}
     */
    record Task(boolean ready, List<String> running, Map<String, String> problems) {}

    static HealthReport of(ServiceGroup group) {
        Map<String, Boolean> services = new TreeMap<>();
        Map<String, List<String>> running = new TreeMap<>();
        Map<String, Map<String, String>> problems = new TreeMap<>();
        List<String> troubles = new ArrayList<>();
        for (Service service : group.services()) {
            services.put(service.name(), service.ready());
            troubles.addAll(service.troubles());
            for (Participant p : service.participants()) {
                List<String> run = running.computeIfAbsent(p.task(), t -> new ArrayList<>());
                String id = service.name() + " " + p.id();
                if (p.problem() == null) {
                    run.add(id);
                } else {
                    problems.computeIfAbsent(p.task(), t -> new TreeMap<>()).put(id, p.problem());
                }
            }
        }
        Map<String, Task> tasks = new TreeMap<>();
        running.forEach(
                (task, ids) -> {
                    Map<String, String> why = problems.getOrDefault(task, Map.of());
                    tasks.put(task, new Task(why.isEmpty(), ids.stream().sorted().toList(), why));
                });
        boolean live = group.failure() == null;
        return new HealthReport(
                live, live && !services.containsValue(false), services, tasks, troubles);
    }
}
