package dev.belay.trainers.labels;

import dev.belay.models.input.Input;
import dev.belay.models.input.Inputs;
import dev.belay.schemas.Distributions;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.IdHash;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Label;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * Decodes and validates the records of a labels topic. Thread-safe.
 *
 * @param labeler model id with its run: labels of other runs in the topic are ignored
 * @param classes of the task; 0: choice
 */
record LabelDecoder(EventCodec codec, String topic, String labeler, int classes) {
    /**
     * Decodes a record; null if it is a label of another run.
     *
     * @throws SerializationException if the schema registry does not answer; the record may be
     *     valid
     */
    @Nullable DecodedLabel decode(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return new DecodedLabel.Bad(record, "a label must not be a tombstone");
        }
        Label label;
        try {
            label = codec.decode(topic, record.value(), Label.class);
        } catch (SerializationException e) {
            if (EventCodec.isOutage(e)) {
                throw e;
            }
            return new DecodedLabel.Bad(record, String.valueOf(e.getMessage()));
        }
        if (!label.getLabeler().equals(labeler)) {
            return null;
        }
        float[] distribution = floats(label.getProbabilities());
        Example example = label.getExample();
        if (classes > 0 && !example.getOptions().isEmpty()) {
            return new DecodedLabel.Bad(record, "an example with options in a task with classes");
        }
        int entries = Distributions.size(classes, example);
        String wrong = Distributions.problem(distribution, label.getAbstained(), entries);
        if (wrong != null) {
            return new DecodedLabel.Bad(record, wrong);
        }
        List<List<Float>> given = label.getVotes();
        float[][] votes = new float[given == null ? 0 : given.size()][];
        for (int i = 0; i < votes.length; i++) {
            votes[i] = floats(given.get(i));
            String vote = Distributions.problem(votes[i], votes[i].length == 0, entries);
            if (vote != null) {
                return new DecodedLabel.Bad(record, "vote " + i + ": " + vote);
            }
        }
        Input input;
        try {
            input = Inputs.of(example);
        } catch (IllegalArgumentException e) {
            return new DecodedLabel.Bad(record, String.valueOf(e.getMessage()));
        }
        return new DecodedLabel.Good(
                record,
                example.getSplit(),
                label.getCheckpoint(),
                IdHash.unit(example.getGroup(), example.getId()),
                example.getTags(),
                new LabelledExample(
                        example.getId(), input, example.getEventTimeMs(), distribution, votes));
    }

    private static float[] floats(List<Float> list) {
        float[] floats = new float[list.size()];
        for (int k = 0; k < floats.length; k++) {
            floats[k] = list.get(k);
        }
        return floats;
    }
}
