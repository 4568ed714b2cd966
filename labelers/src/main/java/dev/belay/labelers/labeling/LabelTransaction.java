package dev.belay.labelers.labeling;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.runtime.clients.DeadLetters;
import dev.belay.runtime.clients.ProgressTable;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.LabelerState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction says of the examples taken.
 *
 * @param records labels, those that were changed, predictions, progress, what was learned, and the
 *     dead letters of examples that the labeler rejects
 * @param after where the labeler then is in each partition, in the order of those taken
 * @param votes votes of the labeler's sources on the examples labelled
 */
record LabelTransaction(
        List<ProducerRecord<byte[], byte[]>> records,
        List<LabelingProgress> after,
        List<SourceCounts> votes) {
    /**
     * Makes it.
     *
     * @param given the labels, in the order of the examples' places
     * @param reached where a labeler that learns then is; null: it does not
     */
    static LabelTransaction of(
            List<ExampleBatch> all,
            Rows<GivenLabel> given,
            LabelerState.@Nullable Builder reached,
            ExampleLabeler labeler,
            LabelerTopics topics,
            EventCodec codec,
            DeadLetters deadLetters,
            long nowMs) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        List<LabelingProgress> after = new ArrayList<>();
        List<SourceCounts> votes = List.of();
        SortedMap<Integer, String> rejected = given.rejected();
        List<@Nullable GivenLabel> byPlace = new ArrayList<>(given.rows());
        rejected.keySet().forEach(place -> byPlace.add(place, null));
        for (ExampleBatch taken : all) {
            int partition = taken.partition();
            List<Example> examples = new ArrayList<>();
            List<GivenLabel> answers = new ArrayList<>();
            Map<String, Long> bySplit = new TreeMap<>();
            for (ExampleBatch.Input input : taken.accepted()) {
                GivenLabel answer = byPlace.get(input.place());
                if (answer == null) {
                    String why = Objects.requireNonNull(rejected.get(input.place()));
                    records.add(
                            labeler.predicts()
                                    ? deadLetters.notEncoded(input.record(), topics.labeler(), why)
                                    : deadLetters.of(input.record(), why));
                    continue;
                }
                Example example = input.labelled().example();
                examples.add(example);
                answers.add(answer);
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
        if (reached != null && !all.isEmpty()) {
            Learned learned = labeler.learned();
            LabelerState state =
                    reached.setVersion(learned.version())
                            .setState(ByteBuffer.wrap(learned.state()))
                            .build();
            String to = Objects.requireNonNull(topics.states());
            records.add(codec.record(to, null, topics.labeler(), state, nowMs));
        }
        return new LabelTransaction(records, after, votes);
    }
}
