package dev.belay.labelers.records;

import dev.belay.models.input.Inputs;
import dev.belay.schemas.Distributions;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Truth;
import dev.belay.schemas.events.Vote;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Events out of raw records, checked: an example has a valid input, the key is there and equals the
 * event's own. Examples, truth and labels must be in the partition that Kafka's default partitioner
 * (murmur2) gives their key; other events may be in any.
 *
 * @param partitions of the task's topics
 */
public record RecordReader(EventCodec codec, int partitions) {
    private static final int MOST_VOTES = 256;
    private static final int MAX_ANNOTATOR_CHARS = 64;

    public Example example(ConsumerRecord<byte[], byte[]> record) throws BadRecordException {
        return present(exampleOrTombstone(record), record);
    }

    /**
     * Checks that an example is of its task's kind, and its votes.
     *
     * @param classes of the task; 0 for choice
     */
    public static void requireKind(Example example, int classes) throws BadRecordException {
        boolean options = !example.getOptions().isEmpty();
        if (options != (classes == 0)) {
            throw new BadRecordException(
                    options
                            ? "an example with options, expected none in a task of kind classes"
                            : "an example without options, expected 2 to 256 in a task of kind"
                                    + " choice");
        }
        int size = Distributions.size(classes, example);
        if (example.getVotes().size() > MOST_VOTES) {
            throw new BadRecordException(
                    "an example with %d votes, expected at most %d"
                            .formatted(example.getVotes().size(), MOST_VOTES));
        }
        for (Map.Entry<String, Integer> vote : example.getVotes().entrySet()) {
            requireVote(vote.getKey(), vote.getValue(), size);
        }
    }

    private static void requireVote(String annotator, int label, int size)
            throws BadRecordException {
        if (annotator.isBlank() || annotator.length() > MAX_ANNOTATOR_CHARS) {
            throw new BadRecordException(
                    "a vote of an annotator with a name of %d characters, expected 1 to %d, not only spaces"
                            .formatted(annotator.length(), MAX_ANNOTATOR_CHARS));
        }
        if (label < 0 || label >= size) {
            throw new BadRecordException(
                    "vote %d of annotator '%s', expected 0 to %d"
                            .formatted(label, annotator, size - 1));
        }
    }

    /** Null: a tombstone. */
    public @Nullable Example exampleOrTombstone(ConsumerRecord<byte[], byte[]> record)
            throws BadRecordException {
        Example example = read(record, Example.class, Example::getId);
        requirePlaced(record);
        if (example != null) {
            try {
                var unused = Inputs.of(example);
            } catch (IllegalArgumentException e) {
                throw new BadRecordException(String.valueOf(e.getMessage()), e);
            }
        }
        return example;
    }

    /**
     * Null: a tombstone.
     *
     * @param classes of the task; 0 for choice, where the example's number of options is the limit
     */
    public @Nullable Truth truth(ConsumerRecord<byte[], byte[]> record, int classes)
            throws BadRecordException {
        Truth truth = read(record, Truth.class, Truth::getId);
        requirePlaced(record);
        int limit = classes == 0 ? TaskKind.MAX_OPTIONS : classes;
        if (truth != null && (truth.getLabel() < 0 || truth.getLabel() >= limit)) {
            throw new BadRecordException(
                    "%s %d, expected 0 to %d"
                            .formatted(
                                    classes == 0 ? "option" : "class",
                                    truth.getLabel(),
                                    limit - 1));
        }
        return truth;
    }

    /**
     * Null: a tombstone.
     *
     * @param classes of the task; 0 for choice, where the example's number of options is the limit
     */
    public @Nullable Vote vote(ConsumerRecord<byte[], byte[]> record, int classes)
            throws BadRecordException {
        int belongs = belongs(record);
        if (belongs != record.partition()) {
            // not sent on: the votes of an annotator replace each other in the order of the log
            throw new BadRecordException(MisplacedException.reason(record, belongs, partitions));
        }
        Vote vote = read(record, Vote.class, Vote::getExample);
        if (vote != null) {
            int label = vote.getLabel() == null ? 0 : vote.getLabel();
            requireVote(vote.getAnnotator(), label, classes == 0 ? TaskKind.MAX_OPTIONS : classes);
        }
        return vote;
    }

    /**
     * A label of the labeler that a topic belongs to; null: of another run, which shares the topic.
     *
     * @param labeler whose labels are wanted: id with its run, or {@code truth}
     * @param classes of the task; 0 for choice
     */
    public @Nullable Label label(ConsumerRecord<byte[], byte[]> record, String labeler, int classes)
            throws BadRecordException {
        int belongs = belongs(record);
        if (belongs != record.partition()) {
            // not sent on: labels have the order of their examples
            throw new BadRecordException(MisplacedException.reason(record, belongs, partitions));
        }
        Label label = present(read(record, Label.class, l -> l.getExample().getId()), record);
        if (!label.getLabeler().equals(labeler)) {
            if (!isOtherRun(label.getLabeler(), labeler)) {
                throw new BadRecordException(
                        "a label by " + label.getLabeler() + ", expected " + labeler);
            }
            return null;
        }
        if (label.getCheckpoint() < 0) {
            throw new BadRecordException(
                    "checkpoint " + label.getCheckpoint() + ", expected 0 or more");
        }
        requireKind(label.getExample(), classes);
        int size = Distributions.size(classes, label.getExample());
        String problem = Distributions.problem(distribution(label), label.getAbstained(), size);
        if (problem != null) {
            throw new BadRecordException(problem);
        }
        return label;
    }

    /** One probability a class, or an option; empty where the labeler abstained. */
    public static float[] distribution(Label label) {
        float[] distribution = new float[label.getProbabilities().size()];
        for (int k = 0; k < distribution.length; k++) {
            distribution[k] = label.getProbabilities().get(k);
        }
        return distribution;
    }

    private static boolean isOtherRun(String found, String expected) {
        try {
            return ModelId.labelerOf(found).equals(ModelId.labelerOf(expected));
        } catch (IllegalArgumentException e) {
            return false; // no labeler's id at all
        }
    }

    public Checkpoint checkpoint(ConsumerRecord<byte[], byte[]> record) throws BadRecordException {
        Checkpoint checkpoint =
                present(read(record, Checkpoint.class, Checkpoint::getModel), record);
        if (checkpoint.getNumber() < 0) {
            throw new BadRecordException(
                    "checkpoint number "
                            + checkpoint.getNumber()
                            + " of "
                            + checkpoint.getModel()
                            + ", expected 0 or more");
        }
        return checkpoint;
    }

    /** Null: a tombstone. */
    public @Nullable LabelerSpec labeler(ConsumerRecord<byte[], byte[]> record)
            throws BadRecordException {
        return read(record, LabelerSpec.class, LabelerSpec::getId);
    }

    /**
     * An event's time as far as it can be believed: at most the record's time, which the broker
     * keeps from being far in the future.
     */
    public static long timeMs(long eventTimeMs, ConsumerRecord<byte[], byte[]> record) {
        return record.timestamp() < 0 ? eventTimeMs : Math.min(eventTimeMs, record.timestamp());
    }

    public static String key(ConsumerRecord<byte[], byte[]> record) throws BadRecordException {
        if (record.key() == null) {
            throw new BadRecordException("no key");
        }
        return new String(record.key(), StandardCharsets.UTF_8);
    }

    /** The partition that Kafka's default partitioner gives a record's key. */
    private int belongs(ConsumerRecord<byte[], byte[]> record) throws BadRecordException {
        byte[] key = record.key();
        if (key == null) {
            throw new BadRecordException("no key");
        }
        return Utils.toPositive(Utils.murmur2(key)) % partitions;
    }

    /** Examples and truth may be in any partition. */
    private void requirePlaced(ConsumerRecord<byte[], byte[]> record) throws BadRecordException {
        int belongs = belongs(record);
        if (belongs != record.partition()) {
            throw new MisplacedException(record, belongs, partitions);
        }
    }

    private <T extends SpecificRecord> @Nullable T read(
            ConsumerRecord<byte[], byte[]> record, Class<T> type, Function<T, String> ownKey)
            throws BadRecordException {
        String key = key(record);
        if (record.value() == null) {
            return null;
        }
        T event;
        try {
            event = codec.decode(record.topic(), record.value(), type);
        } catch (SerializationException e) {
            if (EventCodec.isOutage(e)) {
                throw e; // says nothing about the record
            }
            throw new BadRecordException(String.valueOf(e.getMessage()), e);
        }
        if (!ownKey.apply(event).equals(key)) {
            throw new BadRecordException("the event's id differs from the record's key");
        }
        return event;
    }

    private static <T> T present(@Nullable T event, ConsumerRecord<byte[], byte[]> record)
            throws BadRecordException {
        if (event == null) {
            throw new BadRecordException("a tombstone, which means nothing in " + record.topic());
        }
        return event;
    }
}
