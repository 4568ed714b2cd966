package dev.belay.benchmarks.attach;

import com.sun.management.OperatingSystemMXBean;
import dev.belay.benchmarks.harness.Findings;
import dev.belay.benchmarks.harness.Rounds;
import dev.belay.benchmarks.harness.Stage;
import dev.belay.benchmarks.harness.Texts;
import dev.belay.plugins.Configured;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataConfig.Fields;
import dev.belay.producers.source.DataConfig.InputColumns;
import dev.belay.producers.source.EndlessSource;
import dev.belay.producers.source.ExampleSource;
import dev.belay.producers.source.Source;
import dev.belay.producers.task.ProducerConfig;
import dev.belay.producers.task.ProducerService;
import dev.belay.runtime.clients.Clients;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntToDoubleFunction;

/**
 * {@code bench attach}: records/s of a topic that becomes examples and truth, once with columns and
 * once with expressions, beside {@link BareLoop} over the same topic.
 */
public final class AttachBench {
    private static final String TOPIC = "reviews";
    private static final Fields EXPRESSIONS =
            new Fields(
                    ".ref.id",
                    new InputColumns.Text("body"),
                    "(if .stars > 3 then 1 else 0 end)",
                    null,
                    Map.of(),
                    null);

    /**
     * How much is done.
     *
     * @param rounds at least 1
     * @param records of the topic, at least 1
     */
    public record Sizes(int rounds, int records) {
        public static final Sizes USUAL = new Sizes(5, 1_000_000);
        public static final Sizes QUICK = new Sizes(1, 5_000);
    }

    private final Clients clients;
    private final Stage stage;
    private final Sizes sizes;
    private final Consumer<String> progress;

    /** Processor time a record, by side and round. */
    private final Map<String, List<Double>> cpuMicros = new HashMap<>();

    /**
     * @param clients of a broker of its own
     * @param progress gets a line for people at each part
     */
    public AttachBench(Clients clients, Sizes sizes, Consumer<String> progress) {
        this.clients = clients;
        this.stage = new Stage(clients);
        this.sizes = sizes;
        this.progress = progress;
    }

    public Findings run() {
        progress.accept("writing %,d records".formatted(sizes.records()));
        stage.topic(TOPIC);
        Review.toTopic(clients, TOPIC, 0, sizes.records(), new Texts(5));
        BareLoop bare = new BareLoop(clients);
        progress.accept("attach beside a loop that consumes, decodes, maps and produces:");
        progress.accept("  the same two records for each, idempotent and compressed as well, but");
        progress.accept("  no transactions, offsets, checks, splits, known ids or dead letters");
        // the first of each compiles
        double unusedBelay =
                belay("warm-expressions", EXPRESSIONS) + belay("warm-columns", Review.FIELDS);
        double unusedBare = bare(bare, "warm-bare");
        List<List<Double>> rates =
                Rounds.run(
                        sizes.rounds(),
                        List.of(
                                side("columns", r -> belay("columns-" + r, Review.FIELDS)),
                                side("bare", r -> bare(bare, "bare-" + r)),
                                side("expressions", r -> belay("expressions-" + r, EXPRESSIONS))),
                        progress);
        Findings findings = new Findings("attach");
        Rounds columns = Rounds.of(rates.get(0), rates.get(1));
        Rounds expressions = Rounds.of(rates.get(2), rates.get(1));
        findings.compared(
                "columnsPerSecond",
                columns.first(),
                "bareColumnsPerSecond",
                columns.second(),
                "fields of the value, records/s",
                "columnsToBare",
                columns.ratio());
        findings.compared(
                "expressionsPerSecond",
                expressions.first(),
                "bareExpressionsPerSecond",
                expressions.second(),
                "jq expressions, records/s",
                "expressionsToBare",
                expressions.ratio());
        findings.compared(
                "expressionsCpuMicros",
                Rounds.median(cpuMicros.getOrDefault("expressions", List.of())),
                "bareCpuMicros",
                Rounds.median(cpuMicros.getOrDefault("bare", List.of())),
                "processor time with the broker's, us a record",
                "cpuToBare",
                Rounds.of(
                                cpuMicros.getOrDefault("bare", List.of()),
                                cpuMicros.getOrDefault("expressions", List.of()))
                        .ratio());
        findings.ratio(
                "toBare", "the smaller of the two", Math.min(columns.ratio(), expressions.ratio()));
        return findings;
    }

    private Rounds.Side side(String name, IntToDoubleFunction seconds) {
        return new Rounds.Side(
                name,
                round -> {
                    long cpu = cpuNanos();
                    double taken = seconds.applyAsDouble(round);
                    cpuMicros
                            .computeIfAbsent(name, n -> new ArrayList<>())
                            .add((cpuNanos() - cpu) / 1e3 / sizes.records());
                    return sizes.records() / taken;
                });
    }

    /** Processor time of this process: the client's, the broker's and the virtual machine's. */
    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    private double bare(BareLoop bare, String task) {
        stage.task(task, List.of());
        return bare.seconds(TOPIC, task, sizes.records());
    }

    /** Seconds until all records are committed. */
    private double belay(String task, Fields fields) {
        stage.task(task, List.of());
        var config =
                new DataConfig(
                        Configured.of(Source.class, "topic", Map.of("topic", TOPIC)),
                        fields,
                        new DataConfig.Holdout.Share(.1, 2_000),
                        .5,
                        DataConfig.Order.HASH,
                        0,
                        Stage.CLASSES);
        ExampleSource source = ((EndlessSource) config.source().plugin()).of(clients, task, config);
        AtomicLong committed = new AtomicLong();
        long begin = System.nanoTime();
        CompletableFuture<ProducerService> running = new CompletableFuture<>();
        ProducerService service =
                new ProducerService(
                        clients,
                        ProducerConfig.of(task),
                        source,
                        (done, total) -> {
                            if (done >= sizes.records()) {
                                committed.set(System.nanoTime());
                                running.join().close();
                            }
                        });
        running.complete(service);
        service.run();
        return (committed.get() - begin) / 1e9;
    }
}
