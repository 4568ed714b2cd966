package dev.belay.labelers.labeling;

import dev.belay.schemas.EventCodec;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.PredictionBlocks;
import dev.belay.schemas.events.Content;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.PredictionBlock;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What a labeler says of some examples of one partition.
 *
 * @param checkpoint that predicted; 0 for labelers without checkpoints
 * @param distributions one row an example, in the same order
 */
record ExampleLabels(
        List<Example> examples, long checkpoint, List<float[]> distributions, int partition) {
    /** For those who learn from it: a label an example, in their order, with the example's time. */
    List<ProducerRecord<byte[], byte[]>> labels(LabelerTopics topics, EventCodec codec) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(examples.size());
        for (int i = 0; i < examples.size(); i++) {
            Example example = examples.get(i);
            List<Float> distribution = boxed(distributions.get(i));
            var label =
                    EventFactory.label(
                            withoutBytes(example), topics.labeler(), checkpoint, distribution);
            long timeMs = example.getEventTimeMs();
            records.add(codec.record(topics.labels(), partition, example.getId(), label, timeMs));
        }
        return records;
    }

    /** For those who judge it: PROGRESSIVE blocks, each with the newest time of its examples. */
    List<ProducerRecord<byte[], byte[]>> blocks(LabelerTopics topics, EventCodec codec) {
        var blocks = PredictionBlocks.ofLabels(topics.labeler(), checkpoint);
        for (int i = 0; i < examples.size(); i++) {
            Example example = examples.get(i);
            blocks.add(example.getId(), example.getEventTimeMs(), distributions.get(i));
        }
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (PredictionBlock block : blocks.blocks()) {
            long newestMs =
                    block.getEventTimesMs().stream().mapToLong(Long::longValue).max().orElseThrow();
            String key = block.getIds().get(0);
            records.add(codec.record(topics.predictions(), partition, key, block, newestMs));
        }
        return records;
    }

    /** The example, of inline content only the reference. */
    private static Example withoutBytes(Example example) {
        Content content = example.getContent();
        if (content == null || content.getBytes() == null) {
            return example;
        }
        return Example.newBuilder(example)
                .setContent(Content.newBuilder(content).setBytes(null).build())
                .build();
    }

    private static List<Float> boxed(float[] distribution) {
        List<Float> boxed = new ArrayList<>(distribution.length);
        for (float p : distribution) {
            boxed.add(p);
        }
        return boxed;
    }
}
