package dev.belay.models.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.store.CheckpointStore.StoredFile;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Origin of a checkpoint: the JSON file stored with its weights, sufficient to identify and
 * reproduce the checkpoint without any topic. Contains neither time nor host: the same training
 * gives the same bytes.
 *
 * @param model id, {@code experiment/model#seed@run}
 * @param number of the checkpoint, at least 1
 * @param examplesSeen new examples since the model's beginning, without replay
 * @param specHash of the model's spec
 * @param spec all settings of the model, as in its spec event: a JSON object
 * @param seed of initialisation, order, replay and draw
 * @param supervisor model id of the labeler, or {@code truth}
 * @param supervisorCheckpoints named by the labels learned from so far, ascending; empty for truth
 * @param labels that this micro-epoch learned from
 * @param parent the previous checkpoint; null for the first
 * @param weights the file, by URI and SHA-256
 * @param state the file, by URI and SHA-256
 * @param softwareVersion that wrote it
 */
public record Provenance(
        String model,
        long number,
        long examplesSeen,
        String specHash,
        JsonNode spec,
        long seed,
        Encoding encoder,
        String supervisor,
        List<Long> supervisorCheckpoints,
        Labels labels,
        @Nullable Parent parent,
        StoredFile weights,
        StoredFile state,
        String softwareVersion) {

    /** Longest file read, 1 MiB. */
    public static final int MAX_BYTES = 1 << 20;

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /**
     * The encoder.
     *
     * @param sha256 over the files of a Hugging Face directory; empty for encoders that are part of
     *     the software
     */
    public record Encoding(String name, String sha256) {
        public Encoding {
            if (!sha256.isEmpty()) requireSha256("encoder.sha256", sha256);
        }
    }

    /**
     * The labels of one micro-epoch. The next micro-epoch begins where these ranges end.
     *
     * @param topic of the labels
     * @param ranges one per partition, ascending, including empty ones
     */
    public record Labels(String topic, List<Range> ranges) {
        public Labels {
            ranges = List.copyOf(ranges);
            var partitions = new HashSet<Integer>();
            int before = -1;
            for (Range range : ranges) {
                if (!partitions.add(range.partition()) || range.partition() < before)
                    throw new MalformedCheckpointException(
                            "label ranges of %s must ascend by partition, got %s"
                                    .formatted(topic, ranges));
                before = range.partition();
            }
        }
    }

    /**
     * Offsets {@code [from, to)} of a partition.
     *
     * @param from end of the previous micro-epoch; 0 for the first
     */
    public record Range(int partition, long from, long to) {
        public Range {
            if (partition < 0 || from < 0 || to < from)
                throw new MalformedCheckpointException(
                        "label range of partition %d is [%d, %d), expected 0 <= from <= to"
                                .formatted(partition, from, to));
        }
    }

    /** The previous checkpoint. */
    public record Parent(long number, String weightsSha256) {
        public Parent {
            requireSha256("parent.weightsSha256", weightsSha256);
        }
    }

    /**
     * @throws MalformedCheckpointException when a value is out of its range
     */
    public Provenance {
        supervisorCheckpoints = List.copyOf(supervisorCheckpoints);
        if (number < 1 || examplesSeen < 0)
            throw new MalformedCheckpointException(
                    "provenance of %s: checkpoint %d with %d examples seen, expected at least 1 and 0"
                            .formatted(model, number, examplesSeen));
        if (!spec.isObject())
            throw new MalformedCheckpointException(
                    "provenance of " + model + ": spec must be a JSON object, got " + spec);
        if (parent == null ? number != 1 : parent.number() != number - 1)
            throw new MalformedCheckpointException(
                    "provenance of %s: checkpoint %d has the parent %s, expected the previous number"
                            .formatted(model, number, parent == null ? "none" : parent.number()));
        requireSha256("weights.sha256", weights.sha256());
        requireSha256("state.sha256", state.sha256());
    }

    /**
     * Parses a spec for {@link #spec}.
     *
     * @param json a JSON object, such as an Avro event's {@code toString}
     */
    public static JsonNode spec(String json) {
        try {
            return ProvenanceJson.read(json);
        } catch (JsonProcessingException e) {
            throw new MalformedCheckpointException("the spec is not JSON", e);
        }
    }

    /** UTF-8, indented, keys in a fixed order: equal content gives equal bytes. */
    public byte[] toJson() {
        return ProvenanceJson.write(this);
    }

    /**
     * Reads the result of {@link #toJson}; unknown keys are ignored.
     *
     * @throws MalformedCheckpointException when it is too long, not JSON, or incomplete
     */
    public static Provenance parse(byte[] json) {
        return ProvenanceJson.parse(json);
    }

    private static void requireSha256(String field, String value) {
        if (!SHA256.matcher(value).matches())
            throw new MalformedCheckpointException(
                    "provenance: %s is '%s', expected 64 lower-case hexadecimal digits"
                            .formatted(field, value));
    }
}
