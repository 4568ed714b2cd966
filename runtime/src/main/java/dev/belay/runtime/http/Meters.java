package dev.belay.runtime.http;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The registry of meters that {@link HttpServer} publishes: each has a help text. */
public final class Meters {
    private static final Map<String, String> TEXTS =
            Map.ofEntries(
                    Map.entry(
                            "belay.encoded",
                            "Inputs that this process has encoded because they were not in the"
                                    + " cache"),
                    Map.entry(
                            "belay.encoded.truncated",
                            "Of these, inputs that had more tokens than max-tokens"),
                    Map.entry(
                            "belay.check.findings",
                            "What belay check --watch has found wrong, by task and kind"),
                    Map.entry("belay.labelers.running", "Labelers that run in this process"),
                    Map.entry("belay.labels.written", "Labels committed by this process"),
                    Map.entry(
                            "belay.sweep",
                            "Time from opening a checkpoint to the commit of its holdout"
                                    + " predictions"),
                    Map.entry(
                            "belay.labels.too.late",
                            "Examples skipped because their truth did not arrive within"
                                    + " labeler.truth-horizon"),
                    Map.entry(
                            "belay.source.examples",
                            "Examples on which a labeler with sources has decided, by source"),
                    Map.entry("belay.source.covered", "Of these, those on which the source voted"),
                    Map.entry(
                            "belay.source.overlaps",
                            "Of the covered, those on which another source voted too"),
                    Map.entry(
                            "belay.source.conflicts",
                            "Of the covered, those on which another source voted differently"),
                    Map.entry(
                            "belay.specs.refused",
                            "Specs whose classes contradict those of their task"),
                    Map.entry(
                            "belay.dead.letters",
                            "Records that were sent to the dead letters, by topic"),
                    Map.entry(
                            "belay.strays",
                            "Records in a partition other than that of their key, forwarded to"
                                    + " the right one"),
                    Map.entry(
                            "belay.unreadable",
                            "Specs and checkpoints that could not be read and were skipped"),
                    Map.entry(
                            "belay.too.late",
                            "Blocks of predictions, and counts of windows, received after their"
                                    + " state was evicted"),
                    Map.entry(
                            "belay.self.check.failed",
                            "Counts that failed a consistency check: a defect of Belay"),
                    Map.entry("belay.predictions.counted", "Predictions that were added to counts"),
                    Map.entry("belay.trainer.examples", "Examples learned from and committed"),
                    Map.entry("belay.trainer.checkpoints", "Checkpoints committed"),
                    Map.entry(
                            "belay.trainer.troubles",
                            "Failures after which a model was resumed from its last checkpoint"));

    private Meters() {}

    /** The table of Belay's own meters in Markdown, for the docs, by their names in Prometheus. */
    public static String table() {
        StringBuilder table = new StringBuilder("| meter | meaning |\n|---|---|\n");
        new TreeMap<>(TEXTS)
                .forEach(
                        (name, text) ->
                                table.append(
                                        "| `%s` | %s |%n".formatted(name.replace('.', '_'), text)));
        return table.toString();
    }

    /** A registry in Prometheus' form. */
    public static PrometheusMeterRegistry prometheus() {
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        registry.config().meterFilter(new Help());
        return registry;
    }

    /** Adds a text to meters that are registered without one. */
    private static final class Help implements MeterFilter {
        @Override
        public Meter.Id map(Meter.Id id) {
            String own = id.getDescription();
            String text = own == null || own.isBlank() ? text(id.getName()) : own;
            return text == null
                    ? id
                    : new Meter.Id(
                            id.getName(),
                            Tags.of(id.getTagsAsIterable()),
                            id.getBaseUnit(),
                            text,
                            id.getType());
        }

        /** Kafka gives many of its metrics no description; their names are its documentation's. */
        private static @Nullable String text(String name) {
            return name.startsWith("kafka.")
                    ? "Kafka's metric " + name.substring("kafka.".length()).replace('.', ' ')
                    : TEXTS.get(name);
        }
    }
}
