package dev.belay.producers.task;

import dev.belay.producers.source.Batch;
import dev.belay.runtime.clients.DeadLetters;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;

/**
 * What a producer made of the records that it has read since it was started or resumed after it was
 * fenced.
 *
 * @param truths records with truth, those that are examples too among them
 * @param votes records that are votes of annotators
 * @param skipped records that make nothing: excluded by {@code where}, or of a known id and without
 *     a label
 * @param rejected records that are dead letters
 * @param reason of the last dead letter; empty: none
 */
public record RecordCounts(
        long read,
        long examples,
        long truths,
        long votes,
        long skipped,
        long rejected,
        String reason) {
    private static final int SUSPECT = 100;

    static final RecordCounts NONE = new RecordCounts(0, 0, 0, 0, 0, 0, "");

    RecordCounts plus(Batch batch) {
        int dead = batch.rejected().size();
        return new RecordCounts(
                read + batch.rows(),
                examples + batch.entries().stream().filter(e -> e.row() != null).count(),
                truths + batch.entries().stream().filter(Batch.Entry::hasLabel).count(),
                votes + batch.entries().stream().filter(e -> e.vote() != null).count(),
                skipped + batch.rows() - batch.entries().size() - dead,
                rejected + dead,
                dead == 0
                        ? reason
                        : reason(
                                batch.rejected()
                                        .get(dead - 1)
                                        .headers()
                                        .lastHeader(DeadLetters.REASON)));
    }

    private static String reason(Header header) {
        return new String(header.value(), StandardCharsets.UTF_8);
    }

    /** Whether all records were rejected, or at least 100 and none became an example. */
    public boolean isSuspect() {
        return rejected > 0 && (rejected == read || (rejected >= SUSPECT && examples == 0));
    }

    @Override
    public String toString() {
        return "read %,d records: %,d examples, %,d truths, ".formatted(read, examples, truths)
                + (votes == 0 ? "" : "%,d votes, ".formatted(votes))
                + "%,d skipped, %,d rejected".formatted(skipped, rejected)
                + (reason.isEmpty() ? "" : "; the last reason: " + reason);
    }
}
