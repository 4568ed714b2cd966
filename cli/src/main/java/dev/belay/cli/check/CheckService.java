package dev.belay.cli.check;

import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.service.Participant;
import dev.belay.runtime.service.Prerequisites;
import dev.belay.runtime.service.Service;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks a task again and again. Gauges {@code belay.check.findings}: the findings of the last
 * check by {@code task} and {@code kind}, 0 too; absent before the first. New findings are logged
 * once. While the broker does not answer the last figures stay, and the service is not ready.
 */
final class CheckService implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(CheckService.class);

    private final Clients clients;
    private final MeterRegistry meters;
    private final String task;
    private final long newest;
    private final Duration every;
    private final Prerequisites prerequisites = new Prerequisites("check");
    private volatile @Nullable Map<Finding.Kind, Integer> counts;

    /**
     * @param newest as of {@link TaskCheck}
     * @param every from the end of a check to the next
     */
    CheckService(Clients clients, MeterRegistry meters, String task, long newest, Duration every) {
        this.clients = clients;
        this.meters = meters;
        this.task = task;
        this.newest = newest;
        this.every = every;
    }

    @Override
    public String name() {
        return "check";
    }

    @Override
    public void run() {
        Set<String> known = Set.of();
        while (!prerequisites.isClosed()) {
            try {
                List<Finding> findings = new TaskCheck(clients, task, newest).findings();
                for (Finding finding : findings) {
                    if (!known.contains(finding.what())) {
                        LOG.warn("{}: {}", finding.what(), finding.remedy());
                    }
                }
                known = findings.stream().map(Finding::what).collect(Collectors.toSet());
                publish(findings);
                prerequisites.forget("the broker");
            } catch (KafkaException | IllegalArgumentException e) { // no answer, or no such task
                prerequisites.blame(null, "the broker", String.valueOf(e.getMessage()));
            }
            prerequisites.rest(every);
        }
    }

    @Override
    public boolean ready() {
        return counts != null && prerequisites.isContent();
    }

    @Override
    public List<String> troubles() {
        return prerequisites.problems();
    }

    @Override
    public List<Participant> participants() {
        Map<Finding.Kind, Integer> now = counts;
        int all = now == null ? 0 : now.values().stream().mapToInt(n -> n).sum();
        return List.of(new Participant(task, "findings", all == 0 ? null : all + " things wrong"));
    }

    @Override
    public void close() {
        prerequisites.close();
    }

    private void publish(List<Finding> findings) {
        boolean first = counts == null;
        Map<Finding.Kind, Integer> now = new EnumMap<>(Finding.Kind.class);
        findings.forEach(f -> now.merge(f.kind(), 1, Integer::sum));
        counts = now;
        if (first) {
            for (Finding.Kind kind : Finding.Kind.values()) {
                Gauge.builder("belay.check.findings", this, check -> check.count(kind))
                        .tag("task", task)
                        .tag("kind", kind.toString())
                        .register(meters);
            }
        }
    }

    private double count(Finding.Kind kind) {
        Map<Finding.Kind, Integer> now = counts;
        return now == null ? Double.NaN : now.getOrDefault(kind, 0);
    }
}
