package dev.belay.labelers;

import dev.belay.schemas.EventCodec;
import dev.belay.schemas.PredictionBlocks;
import dev.belay.schemas.events.Checkpoint;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The predictions of a whole holdout by one checkpoint. */
final class Sweep {
    private Sweep() {}

    /**
     * The HOLDOUT blocks, partition by partition, in each the rows in the order given; all rows
     * have the checkpoint's time.
     *
     * @param holdout rows by partition
     */
    static List<ProducerRecord<byte[], byte[]>> records(
            EventCodec codec,
            String topic,
            Checkpoint checkpoint,
            Map<Integer, List<Holdout.Row>> holdout,
            Predictor predictor) {
        List<Holdout.Row> all = holdout.values().stream().flatMap(List::stream).toList();
        List<float[]> predicted = predictor.predict(all.stream().map(Holdout.Row::text).toList());
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        int from = 0;
        for (Map.Entry<Integer, List<Holdout.Row>> entry : holdout.entrySet()) {
            var blocks =
                    new PredictionBlocks(
                            checkpoint.getModel(),
                            checkpoint.getNumber(),
                            Phase.HOLDOUT,
                            all.size());
            for (Holdout.Row row : entry.getValue()) {
                blocks.add(row.id(), checkpoint.getEventTimeMs(), predicted.get(from++));
            }
            for (PredictionBlock block : blocks.blocks()) {
                records.add(
                        codec.record(
                                topic,
                                entry.getKey(),
                                block.getIds().get(0),
                                block,
                                checkpoint.getEventTimeMs()));
            }
        }
        return records;
    }
}
