package dev.belay.cli.fleet;

import dev.belay.aggregators.statistics.intervals.Measure;
import dev.belay.aggregators.statistics.intervals.Rate;
import dev.belay.cli.export.ExportRow;
import dev.belay.cli.export.TopicReader;
import dev.belay.cli.noise.KnownTruth;
import dev.belay.cli.noise.StudentStreamReader;
import dev.belay.cli.report.results.TaskCounts;
import dev.belay.cli.table.TextTable;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.schemas.Distributions;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.SourceVotes;
import dev.belay.schemas.events.Truth;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * What the sources of a labeler say, alone and against each other: counts that the labeler commits
 * with its labels, and how often each is right.
 *
 * @param sources in the order of the labeler's spec
 */
record LabelerSources(List<OfSource> sources) {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * A source.
     *
     * @param votes counts over all partitions so far
     * @param right share of all its labels of the stream that are right, where truth is known;
     *     null: of none, and of truth itself
     */
    record OfSource(SourceVotes votes, @Nullable Measure right) {}

    LabelerSources {
        sources = List.copyOf(sources);
    }

    /**
     * Those of one labeler, now.
     *
     * @param say gets a line when reading has to wait for the schema registry
     * @throws IllegalArgumentException when it is not known, several are meant, or it reads no
     *     other
     */
    static LabelerSources of(
            Fleet fleet, Clients clients, CheckpointReference reference, Consumer<String> say) {
        if (reference.model() == null) {
            throw new IllegalArgumentException(
                    "'%s' names an experiment, expected EXPERIMENT/LABELER"
                            .formatted(reference.experiment()));
        }
        String id = fleet.model(reference).toString();
        LabelerSpec labeler = fleet.labelers().get(id);
        if (labeler == null || labeler.getSources().isEmpty()) {
            throw new IllegalArgumentException(
                    id + " reads no other labeler, expected one with sources");
        }
        TaskCounts counts = new TaskCounts();
        try (var progress = new ProgressTable(clients, labeler.getTask())) {
            progress.catchUp(PATIENCE);
            counts.votes(progress.all());
        }
        Map<String, Measure> right = right(fleet, clients, labeler, say);
        return new LabelerSources(
                counts.votes().getOrDefault(id, List.of()).stream()
                        .map(v -> new OfSource(v, right.get(v.getSource())))
                        .toList());
    }

    /** Of each source that is not truth the share of right labels. */
    private static Map<String, Measure> right(
            Fleet fleet, Clients clients, LabelerSpec labeler, Consumer<String> say) {
        Topics topics = clients.topics();
        String task = labeler.getTask();
        Map<String, Map<String, ExportRow>> labels = new HashMap<>(); // by source, then example
        Map<String, Integer> sizes = new HashMap<>(); // by example
        reader(clients, topics.predictions(task), PredictionBlock.class, say)
                .read(
                        (key, timestampMs, block) -> {
                            String source = block == null ? "" : block.getModel();
                            ModelSpec spec = fleet.all().get(source);
                            if (block == null
                                    || spec == null
                                    || block.getPhase() != Phase.PROGRESSIVE
                                    || !block.getLabels()
                                    || !labeler.getSources().contains(source)) {
                                return;
                            }
                            var of = labels.computeIfAbsent(source, s -> new HashMap<>());
                            for (ExportRow row : ExportRow.predictions(spec, block)) {
                                of.merge(row.id(), row, StudentStreamReader::latest);
                                sizes.merge(row.id(), row.probabilities().length, Math::max);
                            }
                        });
        Map<String, KnownTruth> truths =
                KnownTruth.newest(
                        reader(clients, topics.truth(task), Truth.class, say),
                        id -> sizes.getOrDefault(id, 0));
        Map<String, Measure> right = new HashMap<>();
        labels.forEach(
                (source, rows) -> {
                    long known = 0;
                    long hits = 0;
                    for (ExportRow row : rows.values()) {
                        KnownTruth found = truths.get(row.id());
                        Integer truth = found == null ? null : found.label();
                        if (truth != null && row.probabilities().length > 0) {
                            known++;
                            hits += Distributions.best(row.probabilities()) == truth ? 1 : 0;
                        }
                    }
                    Measure share = Rate.of(hits, known);
                    if (share != null) {
                        right.put(source, share);
                    }
                });
        return right;
    }

    private static <T extends SpecificRecord> TopicReader<T> reader(
            Clients clients, String topic, Class<T> type, Consumer<String> say) {
        TopicReader<T> reader =
                new TopicReader<>(
                        () -> clients.consumer(null, "sources"),
                        clients.codec(),
                        topic,
                        type,
                        PATIENCE,
                        say);
        if (!reader.exists()) {
            throw new IllegalArgumentException("there is no topic " + topic);
        }
        return reader;
    }

    /** A line a source. */
    TextTable table() {
        var table =
                new TextTable(
                        "source",
                        "examples",
                        "coverage",
                        "overlap",
                        "conflict",
                        "right",
                        "95 %",
                        "with truth");
        for (OfSource source : sources) {
            SourceVotes votes = source.votes();
            Measure right = source.right();
            String id = votes.getSource();
            table.add(
                    id,
                    votes.getExamples(),
                    share(votes.getCovered(), votes),
                    share(votes.getOverlaps(), votes),
                    share(votes.getConflicts(), votes),
                    right == null ? null : (Double) right.value(),
                    right != null
                            ? String.format(Locale.ROOT, "[%.3f, %.3f]", right.low(), right.high())
                            : id.equals(ModelId.TRUTH) ? "truth itself" : "no truth known",
                    right == null ? 0 : right.n());
        }
        return table;
    }

    private static @Nullable Double share(long of, SourceVotes votes) {
        return votes.getExamples() == 0 ? null : (Double) ((double) of / votes.getExamples());
    }
}
