package dev.belay.labelers.evaluation;

import dev.belay.labelers.records.BadRecordException;
import dev.belay.models.encoder.FailingTexts.Rows;
import dev.belay.schemas.events.ModelSpec;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Which sweeps the events of a topic ask for. */
interface SweepRequests {
    /** What predicts a holdout. */
    interface SweepPredictor extends AutoCloseable {
        /**
         * Class distributions, one a row and in their order, without the rows that cannot be
         * encoded; empty where it abstains.
         */
        Rows<float[]> predict(List<Holdout.Row> rows);

        @Override
        void close();
    }

    /**
     * A sweep to do.
     *
     * @param spec of the model or labeler that predicts
     * @param queue events of one queue are done in their order: the task, or the labeler itself
     * @param checkpoint number of the checkpoint that predicts
     * @param eventTimeMs of its predictions
     * @param isDue whether it needs a sweep
     * @param isLasting whether models are compared with it for as long as they learn: it predicts
     *     all generations of the holdout, again with each new one; the others predict the newest
     * @param isReady whether its other inputs, besides the holdout, are complete
     * @param predictor opened on the computing thread
     */
    record Request(
            ModelSpec spec,
            String queue,
            long checkpoint,
            long eventTimeMs,
            boolean isDue,
            boolean isLasting,
            Predicate<Holdout> isReady,
            Supplier<SweepPredictor> predictor) {}

    /**
     * The sweep that an event requires; null: none.
     *
     * @throws BadRecordException if the event is a dead letter
     */
    @Nullable Request of(ConsumerRecord<byte[], byte[]> event) throws BadRecordException;

    /**
     * The lasting ones that are due, of events in some partitions.
     *
     * @param partitions that are assigned
     */
    List<Request> lasting(IntPredicate partitions);

    /** Whether sweeps of a spec's model are still wanted. */
    boolean isWanted(ModelSpec spec);
}
