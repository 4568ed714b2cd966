package dev.belay.benchmarks.rows;

import dev.belay.benchmarks.attach.BareLoop;
import dev.belay.benchmarks.attach.Review;
import dev.belay.benchmarks.harness.Findings;
import dev.belay.benchmarks.harness.Stage;
import dev.belay.benchmarks.harness.Texts;
import dev.belay.runtime.clients.Clients;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * {@code bench rows}: {@code belay produce} with a bounded heap over many rows of JSON Lines, of
 * Parquet and of a topic (that is {@code belay attach}), beside plain loops over the same rows, and
 * its memory beside that of a tenth of the rows.
 */
public final class RowsBench {
    private static final String TOPIC = "rows";
    private static final int FEWER = 10;
    private static final double MIB = 1 << 20;

    private final Clients clients;
    private final Stage stage;
    private final Path folder;
    private static final String TOPIC_SOURCE = "topic";

    /** What can be measured. */
    public static final List<String> SOURCES =
            Stream.concat(
                            Arrays.stream(RowFile.values()).map(RowFile::format),
                            Stream.of(TOPIC_SOURCE))
                    .toList();

    private final String main;
    private final long rows;
    private final String heap;
    private final Consumer<String> progress;
    private final Findings findings = new Findings("rows");

    /**
     * @param clients of a broker of its own
     * @param folder for the files; what is in it is removed by the caller
     * @param main class of Belay's command line
     * @param rows of each source, at least 10
     * @param heapMiB largest heap of the process that produces
     * @param progress gets a line for people at each part
     */
    public RowsBench(
            Clients clients,
            Path folder,
            String main,
            long rows,
            int heapMiB,
            Consumer<String> progress) {
        this.clients = clients;
        this.stage = new Stage(clients);
        this.folder = folder;
        this.main = main;
        this.rows = rows;
        this.heap = "-Xmx" + heapMiB + "m";
        this.progress = progress;
    }

    /**
     * Measures; takes some minutes for each million rows.
     *
     * @param sources some of {@link #SOURCES}
     */
    public Findings run(Collection<String> sources) throws IOException, InterruptedException {
        progress.accept(
                "belay produce with %s: it reads, checks and orders all rows, then writes them in"
                        .formatted(heap));
        progress.accept("transactions; beside a loop that reads and produces, without all that");
        for (RowFile format : RowFile.values()) {
            if (sources.contains(format.format())) {
                file(format);
            }
        }
        if (sources.contains(TOPIC_SOURCE)) {
            topic();
        }
        return findings;
    }

    private void file(RowFile format) throws IOException, InterruptedException {
        Path file = folder.resolve("rows." + format.format());
        ProduceProcess few = produce(format, file, rows / FEWER);
        ProduceProcess many = produce(format, file, rows);
        String task = "plain-" + format.format();
        stage.task(task, List.of());
        double plain = format.plainSeconds(file, clients, task);
        Files.delete(file);
        report(format.format(), many, few, plain);
    }

    /** Writes the file and produces it. */
    private ProduceProcess produce(RowFile format, Path file, long count)
            throws IOException, InterruptedException {
        progress.accept("writing %,d rows of %s".formatted(count, format.format()));
        format.write(file, count, new Texts(5));
        progress.accept("  %,d MiB; producing them".formatted(Files.size(file) >> 20));
        Path experiment =
                experiment(
                        format.format() + "-" + count,
                        "path: %s, format: %s, holdout: {share: 0.01}"
                                .formatted(file, format.format()));
        return ProduceProcess.run(main, heap, clients, experiment, count);
    }

    private void topic() throws IOException, InterruptedException {
        stage.topic(TOPIC);
        Texts texts = new Texts(5);
        ProduceProcess few = attach(0, rows / FEWER, texts);
        ProduceProcess many = attach(rows / FEWER, rows, texts);
        stage.task("plain-topic", List.of());
        report("topic", many, few, new BareLoop(clients).seconds(TOPIC, "plain-topic", rows));
    }

    /** With the topic continued from one row to another. */
    private ProduceProcess attach(long from, long to, Texts texts)
            throws IOException, InterruptedException {
        progress.accept("writing a topic of %,d records".formatted(to));
        Review.toTopic(clients, TOPIC, from, to, texts);
        progress.accept("  attaching it");
        Path experiment =
                experiment("topic-" + to, "topic: rows, holdout: {share: 0.01, size: 2000}");
        return ProduceProcess.run(main, heap, clients, experiment, to);
    }

    private Path experiment(String task, String data) throws IOException {
        return Files.writeString(
                folder.resolve(task + ".yaml"),
                """
                name: %s
                task: {classes: %s}
                data: {%s, fields: {id: id, text: body, label: label}}
                models:
                  labeler: {encoder: hashing, supervisor: truth, split: supervisor, examples: 100}
                """
                        .formatted(task, Stage.CLASSES, data));
    }

    private void report(String name, ProduceProcess many, ProduceProcess few, double plain) {
        double ratio = plain / many.seconds();
        progress.accept(
                "  %s: %,.0f rows/s beside %,.0f, %,.0f MiB beside %,.0f"
                        .formatted(
                                name,
                                rows / many.seconds(),
                                rows / plain,
                                many.peakBytes() / MIB,
                                few.peakBytes() / MIB));
        findings.compared(
                name + "PerSecond",
                rows / many.seconds(),
                "plain" + capital(name) + "PerSecond",
                rows / plain,
                name + ", rows/s",
                name + "ToPlain",
                ratio);
        findings.compared(
                name + "PeakMiB",
                many.peakBytes() / MIB,
                name + "FewerPeakMiB",
                few.peakBytes() / MIB,
                name + ", peak MiB resident, beside a tenth of the rows",
                name + "Memory",
                (double) many.peakBytes() / few.peakBytes());
    }

    private static String capital(String name) {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }
}
