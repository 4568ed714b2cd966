package dev.belay.it.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.cli.Belay;
import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.apache.avro.generic.GenericRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A student of another program's labels has the weights of a student of Belay's labels, bit for
 * bit, if the labels are the same, in the same partitions and in the same order.
 */
@Timeout(400)
class ExternalSupervisorIT {
    private static final int PARTITIONS = 4;
    private static final String LABELS = "belay.small.labels.small.theirs.0";
    private static final Pattern CHECKPOINTS = Pattern.compile("belay\\.checkpoints");
    private static final Pattern EVEN = Pattern.compile("word1?[02468]\\b");
    private static final Pattern ODD = Pattern.compile("word1?[13579]\\b");

    private static final String MODELS =
            """
            labelers:
              lexicon:
                kind: rules
                combine: first
                patterns: {even: ["word1?[02468]\\\\b"], odd: ["word1?[13579]\\\\b"]}
              theirs: {kind: external}
            models:
              of-belay:  {encoder: hashing-bigrams, supervisor: lexicon, micro-epoch: 64}
              of-theirs: {encoder: hashing-bigrams, supervisor: theirs, micro-epoch: 64}
              ceiling:   {encoder: hashing-bigrams, supervisor: truth, micro-epoch: 64}
            seeds: [0, 1]
            """;

    @TempDir Path folder;

    @Test
    void theSameLabelsGiveTheSameWeights() throws Exception {
        // Given a program that says what Belay's labeler says
        Path file = SmallExperiment.write(folder);
        String text = SmallExperiment.text("");
        Files.writeString(file, text.substring(0, text.indexOf("models:")) + MODELS);
        try (EmbeddedPlatform platform =
                        EmbeddedPlatform.start(
                                new PlatformConfig(folder.resolve("broker"), 0, 0), line -> {});
                PlainLabeler theirs =
                        new PlainLabeler(
                                platform.bootstrapServers(),
                                platform.registryUrl(),
                                "small",
                                "small/theirs#0@0",
                                LABELS,
                                ExternalSupervisorIT::label)) {
            StringWriter output = new StringWriter();
            CompletableFuture<Integer> run =
                    CompletableFuture.supplyAsync(() -> run(platform, file, output));
            // When it labels the examples
            Awaitility.await("the labels of the external program")
                    .atMost(Duration.ofMinutes(2))
                    .pollDelay(Duration.ZERO)
                    .until(
                            () -> {
                                assertFalse(run.isDone(), output::toString);
                                return theirs.step(PARTITIONS);
                            });
            // Then the labels are the same, in the same order
            assertEquals(0, run.get(), output::toString);
            assertEquals(labels(platform, "lexicon"), labels(platform, "theirs"));
            // And each checkpoint of its student has the weights of the other one
            Map<String, List<ByteBuffer>> weights = weights(platform);
            for (int seed : SmallExperiment.SEEDS) {
                List<ByteBuffer> ofBelay =
                        Objects.requireNonNull(weights.get("small/of-belay#" + seed + "@0"));
                assertTrue(ofBelay.size() > 2, weights::toString);
                assertEquals(ofBelay, weights.get("small/of-theirs#" + seed + "@0"));
            }
            assertNotEquals(weights.get("small/of-belay#0@0"), weights.get("small/of-belay#1@0"));
        }
    }

    /** The class of the first pattern that is found; abstains where none is. */
    private static List<Float> label(String text) {
        if (EVEN.matcher(text).find()) {
            return List.of(1f, 0f);
        }
        return ODD.matcher(text).find() ? List.of(0f, 1f) : List.of();
    }

    private static int run(EmbeddedPlatform platform, Path file, StringWriter output) {
        return Belay.commandLine()
                .setOut(new PrintWriter(output))
                .setErr(new PrintWriter(output, true))
                .execute(
                        "run",
                        file.toString(),
                        "--out",
                        file.resolveSibling("out").toString(),
                        "--data",
                        file.resolveSibling("data").toString(),
                        "--services",
                        "embedded",
                        "--bootstrap-servers",
                        platform.bootstrapServers(),
                        "--registry",
                        platform.registryUrl());
    }

    /** Ids and probabilities of STUDENT examples, by partition. */
    private static Map<Integer, List<String>> labels(EmbeddedPlatform platform, String labeler) {
        Map<Integer, List<String>> labels = new TreeMap<>();
        Pattern topic = Pattern.compile(Pattern.quote(LABELS.replace("theirs", labeler)));
        try (var reader = new PlainReader(platform.bootstrapServers(), platform.registryUrl())) {
            reader.forAll(
                    topic,
                    read -> {
                        GenericRecord label = Objects.requireNonNull(read.value());
                        var example = (GenericRecord) label.get("example");
                        if (example.get("split").toString().equals("STUDENT")) {
                            labels.computeIfAbsent(read.partition(), p -> new ArrayList<>())
                                    .add(read.key() + " " + label.get("probabilities"));
                        }
                    });
        }
        return labels;
    }

    /** The tensors of each checkpoint, by model. */
    private Map<String, List<ByteBuffer>> weights(EmbeddedPlatform platform) {
        Path store = folder.resolve("data/checkpoints");
        Map<String, List<ByteBuffer>> weights = new TreeMap<>();
        try (var reader = new PlainReader(platform.bootstrapServers(), platform.registryUrl())) {
            reader.forAll(
                    CHECKPOINTS,
                    read -> {
                        GenericRecord checkpoint = Objects.requireNonNull(read.value());
                        String file = checkpoint.get("weightsUri").toString().replace("file:", "");
                        weights.computeIfAbsent(read.key(), key -> new ArrayList<>())
                                .add(tensors(store.resolve(file)));
                    });
        }
        return weights;
    }

    /**
     * What a safetensors file has behind its header, which names the model: the header's length (8
     * bytes, little-endian), the header, the tensors.
     */
    private static ByteBuffer tensors(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
            long header = bytes.order(ByteOrder.LITTLE_ENDIAN).getLong();
            return bytes.position(Math.toIntExact(Long.BYTES + header)).slice();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
