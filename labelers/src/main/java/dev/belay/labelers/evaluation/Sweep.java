package dev.belay.labelers.evaluation;

import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.schemas.Distributions;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.PredictionBlocks;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.events.PredictionBlock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The predictions of a whole holdout by one checkpoint.
 *
 * @param records the HOLDOUT blocks
 * @param rejected examples that its encoder cannot encode, with the reason
 */
record Sweep(List<ProducerRecord<byte[], byte[]>> records, List<Rejected> rejected) {
    /** An example that is not predicted. */
    record Rejected(Holdout.Row row, String reason) {}

    /**
     * Predicts the holdout: blocks partition by partition, in each the rows in the order given; all
     * rows have the checkpoint's time. {@code sweepRows} counts the rows that are predicted or
     * abstained from.
     *
     * @param holdout rows by partition
     * @param version newest generation of the holdout
     */
    static Sweep of(
            EventCodec codec,
            String topic,
            SweepRequests.Request request,
            Map<Integer, List<Holdout.Row>> holdout,
            int version,
            SweepRequests.SweepPredictor predictor) {
        List<Holdout.Row> all = holdout.values().stream().flatMap(List::stream).toList();
        Rows<float[]> predicted = predictor.predict(all);
        List<Rejected> rejected = new ArrayList<>();
        predicted.rejected().forEach((i, why) -> rejected.add(new Rejected(all.get(i), why)));
        int classes = request.spec().getClasses().size();
        Iterator<float[]> next = predicted.rows().iterator();
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        int place = 0;
        for (Map.Entry<Integer, List<Holdout.Row>> entry : holdout.entrySet()) {
            var blocks =
                    PredictionBlocks.ofSweep(
                            TaskKind.of(request.spec()),
                            request.spec().getId(),
                            request.checkpoint(),
                            predicted.rows().size(),
                            version);
            for (Holdout.Row row : entry.getValue()) {
                if (!predicted.rejected().containsKey(place++)) {
                    float[] distribution = next.next();
                    if (distribution.length == 0) {
                        blocks.addAbstained(
                                row.id(),
                                request.eventTimeMs(),
                                Distributions.size(classes, row.example()));
                    } else {
                        blocks.add(row.id(), request.eventTimeMs(), distribution);
                    }
                }
            }
            for (PredictionBlock block : blocks.blocks()) {
                records.add(
                        codec.record(
                                topic,
                                entry.getKey(),
                                block.getIds().get(0),
                                block,
                                request.eventTimeMs()));
            }
        }
        return new Sweep(records, rejected);
    }
}
