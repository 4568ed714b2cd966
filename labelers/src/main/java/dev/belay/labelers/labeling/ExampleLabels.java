package dev.belay.labelers.labeling;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.schemas.Distributions;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.PredictionBlocks;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Flip;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Split;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The labels of some examples of one partition.
 *
 * @param labels one an example, in the same order
 * @param sweepRows rows of the labeler's sweep, if there are HOLDOUT examples among them
 */
record ExampleLabels(
        List<Example> examples, List<GivenLabel> labels, int partition, long sweepRows) {
    private record Kind(Phase phase, long checkpoint) {}

    /** For those who learn from it: a label an example, in their order, with the example's time. */
    List<ProducerRecord<byte[], byte[]>> labels(LabelerTopics topics, EventCodec codec) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(examples.size());
        for (int i = 0; i < examples.size(); i++) {
            Example example = examples.get(i);
            GivenLabel given = labels.get(i);
            var label =
                    EventFactory.label(
                            example,
                            topics.labeler(),
                            given.checkpoint(),
                            given.distribution(),
                            given.keepsVotes() ? given.votes() : List.of());
            long timeMs = example.getEventTimeMs();
            records.add(codec.record(topics.labels(), partition, example.getId(), label, timeMs));
        }
        return records;
    }

    /** For evaluation: the labels that noise has changed; none of labelers that add none. */
    List<ProducerRecord<byte[], byte[]>> flips(LabelerTopics topics, EventCodec codec) {
        String to = topics.flips();
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; to != null && i < examples.size(); i++) {
            Example example = examples.get(i);
            GivenLabel given = labels.get(i);
            if (given.changed()) {
                long timeMs = example.getEventTimeMs();
                var flip =
                        new Flip(
                                example.getId(),
                                topics.labeler(),
                                given.checkpoint(),
                                given.changedFrom(),
                                Distributions.best(given.distribution()),
                                timeMs);
                records.add(codec.record(to, partition, example.getId(), flip, timeMs));
            }
        }
        return records;
    }

    /**
     * For evaluation: PROGRESSIVE blocks, of HOLDOUT examples HOLDOUT ones, each with the newest
     * time of its examples.
     */
    List<ProducerRecord<byte[], byte[]>> blocks(LabelerTopics topics, EventCodec codec) {
        Map<Kind, PredictionBlocks> byKind = new LinkedHashMap<>();
        for (int i = 0; i < examples.size(); i++) {
            Example example = examples.get(i);
            GivenLabel given = labels.get(i);
            boolean sweep = example.getSplit() == Split.HOLDOUT;
            Kind kind = new Kind(sweep ? Phase.HOLDOUT : Phase.PROGRESSIVE, given.checkpoint());
            PredictionBlocks blocks = byKind.computeIfAbsent(kind, k -> blocks(topics, k));
            long timeMs = example.getEventTimeMs();
            if (given.abstained()) {
                blocks.addAbstained(
                        example.getId(), timeMs, Distributions.size(topics.classes(), example));
            } else {
                blocks.add(example.getId(), timeMs, given.distribution());
            }
        }
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (PredictionBlocks blocks : byKind.values()) {
            for (PredictionBlock block : blocks.blocks()) {
                long newestMs =
                        block.getEventTimesMs().stream()
                                .mapToLong(Long::longValue)
                                .max()
                                .orElseThrow();
                String key = block.getIds().get(0);
                records.add(codec.record(topics.predictions(), partition, key, block, newestMs));
            }
        }
        return records;
    }

    private PredictionBlocks blocks(LabelerTopics topics, Kind kind) {
        TaskKind task = topics.classes() == 0 ? TaskKind.CHOICE : TaskKind.CLASSES;
        String labeler = topics.labeler();
        return kind.phase() == Phase.HOLDOUT
                ? new PredictionBlocks(task, labeler, kind.checkpoint(), Phase.HOLDOUT, sweepRows)
                : PredictionBlocks.ofLabels(task, labeler, kind.checkpoint());
    }
}
