package dev.belay.cli.export;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.belay.cli.report.results.AtomicFile;
import dev.belay.runtime.clients.Clients;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Truth;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code truth.jsonl}, {@code labels.jsonl} and {@code predictions.jsonl} of the newest run
 * of an experiment. Probabilities are printed so that they read back as the same float32.
 *
 * <ul>
 *   <li>truth: {@code {"id","label"}}, for each example the newest that was not taken back;
 *   <li>labels: {@code {"labeler","seed","checkpoint","id","probabilities"}}, those of models (the
 *       truth labeler says what truth.jsonl says);
 *   <li>predictions: {@code {"model","seed","checkpoint","phase","id","probabilities"}}, the newest
 *       for each (example, model, checkpoint, phase): greatest event time, ties by greater bytes.
 * </ul>
 */
public final class Export {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long PAUSE_NANOS = Duration.ofSeconds(2).toNanos();
    private static final JsonFactory JSON = new JsonFactory().setRootValueSeparator("\n");

    private final Supplier<org.apache.kafka.clients.consumer.Consumer<byte[], byte[]>> consumers;
    private final EventCodec codec;
    private final Topics topics;
    private final Consumer<String> say;
    private final LongSupplier nanos;
    private long saidNanos;

    /** Rows written. */
    public record Counts(String experiment, long truth, long labels, long predictions) {}

    /**
     * @param say receives the progress every other second, and each file once it is complete
     */
    public Export(Clients clients, Consumer<String> say) {
        this(
                () -> clients.consumer(null, "export"),
                clients.codec(),
                clients.topics(),
                say,
                System::nanoTime);
    }

    Export(
            Supplier<org.apache.kafka.clients.consumer.Consumer<byte[], byte[]>> consumers,
            EventCodec codec,
            Topics topics,
            Consumer<String> say,
            LongSupplier nanos) {
        this.consumers = consumers;
        this.codec = codec;
        this.topics = topics;
        this.say = say;
        this.nanos = nanos;
    }

    /**
     * Replaces the three files in {@code directory}, which is created if missing.
     *
     * @param experiment null: the only one in the installation
     * @throws IllegalArgumentException when there is no such experiment, or several and none is
     *     named
     * @throws org.apache.kafka.common.errors.TimeoutException when the broker or the schema
     *     registry stops answering
     */
    public Counts write(@Nullable String experiment, Path directory) throws IOException {
        Map<String, ModelSpec> specs = new HashMap<>();
        reader(topics.models(), ModelSpec.class)
                .read(
                        (key, timestampMs, spec) -> {
                            if (spec != null) { // a tombstone stops a model, it undoes nothing
                                specs.put(key, spec);
                            }
                        });
        reader(topics.labelers(), LabelerSpec.class)
                .read(
                        (key, timestampMs, spec) -> {
                            if (spec != null) {
                                specs.put(key, LabelerSpecs.asModel(spec));
                            }
                        });
        ExportedRun run = ExportedRun.newest(specs.values(), experiment);
        return new Counts(
                run.experiment(),
                file(directory.resolve("truth.jsonl"), List.of(truth(run))),
                file(
                        directory.resolve("labels.jsonl"),
                        run.models().values().stream().map(this::labels).toList()),
                file(directory.resolve("predictions.jsonl"), List.of(predictions(run))));
    }

    /** Rows of one topic, with what makes two of them the same, and which of the two counts. */
    private record Part(NewestRows.Rows<ExportRow> rows, Function<ExportRow, String> key) {}

    private Part truth(ExportedRun run) {
        TopicReader<Truth> reader = reader(topics.truth(run.task()), Truth.class);
        return new Part(
                each ->
                        reader.read(
                                (key, timestampMs, truth) ->
                                        each.accept(ExportRow.truth(key, timestampMs, truth))),
                ExportRow::id);
    }

    private Part labels(ModelSpec spec) {
        TopicReader<Label> reader =
                reader(topics.labels(spec.getTask(), spec.getId()), Label.class);
        return new Part(
                each ->
                        reader.read(
                                (key, timestampMs, label) -> {
                                    // runs of a labeler share its topic
                                    if (label != null && label.getLabeler().equals(spec.getId())) {
                                        each.accept(ExportRow.label(spec, timestampMs, label));
                                    }
                                }),
                ExportRow::key);
    }

    private Part predictions(ExportedRun run) {
        TopicReader<PredictionBlock> reader =
                reader(topics.predictions(run.task()), PredictionBlock.class);
        return new Part(
                each ->
                        reader.read(
                                (key, timestampMs, block) -> {
                                    ModelSpec spec =
                                            block == null
                                                    ? null
                                                    : run.models().get(block.getModel());
                                    if (block != null && spec != null) {
                                        ExportRow.predictions(spec, block).forEach(each);
                                    }
                                }),
                ExportRow::key);
    }

    private long file(Path file, List<Part> parts) throws IOException {
        String name = file.getFileName().toString();
        long[] read = {0};
        long[] rows = {0};
        saidNanos = nanos.getAsLong();
        AtomicFile.write(
                file,
                out -> {
                    try (JsonGenerator json = JSON.createGenerator(out)) {
                        for (Part part : parts) {
                            NewestRows.of(
                                    telling(name, part.rows(), read),
                                    part.key(),
                                    ExportRow::newer,
                                    row -> {
                                        try {
                                            if (row.write(json)) {
                                                report(name, ++rows[0], "written");
                                            }
                                        } catch (IOException e) {
                                            throw new UncheckedIOException(e);
                                        }
                                    });
                        }
                        json.writeRaw(rows[0] == 0 ? "" : "\n");
                    } catch (UncheckedIOException e) {
                        throw e.getCause();
                    }
                });
        say.accept("%s: %,d rows".formatted(name, rows[0]));
        return rows[0];
    }

    /** The same rows; says how many it has given when it is gone through for the first time. */
    private NewestRows.Rows<ExportRow> telling(
            String file, NewestRows.Rows<ExportRow> rows, long[] read) {
        boolean[] again = {false};
        return each -> {
            boolean first = !again[0];
            again[0] = true;
            rows.forEach(
                    row -> {
                        if (first) {
                            report(file, ++read[0], "read");
                        }
                        each.accept(row);
                    });
        };
    }

    private void report(String file, long rows, String done) {
        long now = nanos.getAsLong();
        if (now - saidNanos >= PAUSE_NANOS) {
            saidNanos = now;
            say.accept("%s: %,d rows %s".formatted(file, rows, done));
        }
    }

    private <T extends SpecificRecord> TopicReader<T> reader(String topic, Class<T> type) {
        return new TopicReader<>(consumers, codec, topic, type, PATIENCE, say);
    }
}
