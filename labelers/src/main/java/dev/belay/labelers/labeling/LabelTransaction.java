package dev.belay.labelers.labeling;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.events.Example;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What a transaction says of the examples taken.
 *
 * @param records labels, those that were changed, predictions, progress, and the dead letters of
 *     examples that the labeler rejects
 * @param after where the labeler then is in each partition, in the order of those taken
 * @param votes what the labeler's sources said of the examples labelled
 */
record LabelTransaction(
        List<ProducerRecord<byte[], byte[]>> records,
        List<LabelingProgress> after,
        List<SourceCounts> votes) {
    static LabelTransaction of(
            List<ExampleBatch> all,
            Rows<GivenLabel> given,
            ExampleLabeler labeler,
            LabelerTopics topics,
            EventCodec codec,
            DeadLetters deadLetters,
            long nowMs) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        List<LabelingProgress> after = new ArrayList<>();
        List<SourceCounts> votes = List.of();
        Iterator<GivenLabel> rows = given.rows().iterator();
        SortedMap<Integer, String> rejected = given.rejected();
        int place = 0;
        for (ExampleBatch taken : all) {
            int partition = taken.partition();
            List<Example> examples = new ArrayList<>();
            List<GivenLabel> answers = new ArrayList<>();
            Map<String, Long> bySplit = new TreeMap<>();
            for (ExampleBatch.Input input : taken.accepted()) {
                String why = rejected.get(place++);
                if (why != null) {
                    records.add(
                            labeler.predicts()
                                    ? deadLetters.notEncoded(input.record(), topics.labeler(), why)
                                    : deadLetters.of(input.record(), why));
                    continue;
                }
                Example example = input.labelled().example();
                examples.add(example);
                answers.add(rows.next());
                bySplit.merge(example.getSplit().name(), 1L, Long::sum);
            }
            var labels = new ExampleLabels(examples, answers, partition, labeler.sweepRows());
            if (!labeler.isExternal()) {
                records.addAll(labels.labels(topics, codec));
                records.addAll(labels.flips(topics, codec));
            }
            if (labeler.predicts()) {
                records.addAll(labels.blocks(topics, codec));
            }
            List<SourceCounts> counts = SourceCounts.of(labeler.sources(), answers);
            votes = SourceCounts.sum(votes, counts);
            LabelingProgress now =
                    taken.before().plus(bySplit, taken.rows(), taken.ended(), taken.next(), counts);
            after.add(now);
            records.add(
                    codec.record(
                            topics.progress(),
                            null,
                            ProgressTable.key(topics.output(), partition, topics.labeler()),
                            now.progress(topics.output(), partition, topics.labeler()),
                            nowMs));
        }
        return new LabelTransaction(records, after, votes);
    }
}
