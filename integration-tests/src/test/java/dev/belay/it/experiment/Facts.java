package dev.belay.it.experiment;

import dev.belay.cli.platform.EmbeddedPlatform;
import dev.belay.cli.platform.PlatformConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.avro.generic.GenericRecord;

/**
 * What a {@code read_committed} reader finds in an experiment's topics, one sorted line a fact: an
 * example, a label, a single prediction, a checkpoint with the SHA-256 of its files. Without times
 * and offsets, which differ from run to run; with repetitions, so that what is doubled shows.
 */
final class Facts {
    private static final Pattern TOPICS =
            Pattern.compile(
                    "belay\\.(models|checkpoints|small\\.(examples|holdout|truth|predictions|labels\\..*))");

    private Facts() {}

    /**
     * @param data the {@code --data} of a run that is over
     */
    static List<String> of(Path data) {
        try (var platform = EmbeddedPlatform.start(new PlatformConfig(data, 0, 0), line -> {});
                var reader = new PlainReader(platform.bootstrapServers(), platform.registryUrl())) {
            List<String> facts = new ArrayList<>();
            reader.forAll(TOPICS, read -> add(read, facts));
            Collections.sort(facts);
            return List.copyOf(facts);
        }
    }

    private static void add(PlainReader.Read read, List<String> facts) {
        GenericRecord value = read.value();
        String topic = read.topic().substring("belay.".length());
        if (value == null) {
            facts.add(topic + " " + read.key() + " taken back");
        } else if (topic.equals("small.predictions")) {
            var ids = (List<?>) value.get("ids");
            var probabilities = (List<?>) value.get("probabilities");
            var optionCounts = (List<?>) value.get("optionCounts");
            int classes = (Integer) value.get("classes");
            int from = 0;
            for (int i = 0; i < ids.size(); i++) {
                int to = from + (classes == 0 ? (Integer) optionCounts.get(i) : classes);
                facts.add(
                        "%s %s %s %s %s %s"
                                .formatted(
                                        topic,
                                        value.get("phase"),
                                        value.get("model"),
                                        value.get("checkpoint"),
                                        ids.get(i),
                                        probabilities.subList(from, to)));
                from = to;
            }
        } else if (topic.startsWith("small.labels.")) {
            facts.add(line(topic, read.key(), value, "labeler", "checkpoint", "probabilities"));
        } else if (topic.equals("checkpoints")) {
            // not the training state's hash: it holds offsets, which have gaps where transactions
            // ended
            facts.add(
                    line(
                            topic,
                            read.key(),
                            value,
                            "number",
                            "state",
                            "examplesSeen",
                            "weightsSha256"));
        } else if (topic.equals("small.truth")) {
            facts.add(line(topic, read.key(), value, "label"));
        } else if (topic.equals("models")) {
            facts.add(line(topic, read.key(), value, "specHash"));
        } else {
            facts.add(line(topic, read.key(), value, "split", "text", "options"));
        }
    }

    private static String line(String topic, String key, GenericRecord value, String... fields) {
        StringBuilder line = new StringBuilder(topic).append(' ').append(key);
        for (String field : fields) {
            line.append(' ').append(value.get(field));
        }
        return line.toString();
    }
}
