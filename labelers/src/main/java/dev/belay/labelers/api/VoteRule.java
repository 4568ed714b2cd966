package dev.belay.labelers.api;

import java.time.Duration;
import java.util.Set;

/**
 * Which votes of {@code belay.<task>.votes} count for an example, and how long it waits for them.
 * Stream time is the greatest event time of the votes of its partition so far. Votes count that are
 * read while stream time is in [t - horizon, t + horizon], where t is the example's event time.
 *
 * @param votes annotators after whose votes the example is labelled at once; 0: it always waits
 * @param horizon at least 0; the example is labelled once stream time has passed t + horizon, or
 *     the votes have ended
 * @param annotators whose votes count; empty: all
 */
public record VoteRule(int votes, Duration horizon, Set<String> annotators) {
    public VoteRule {
        annotators = Set.copyOf(annotators);
        if (votes < 0 || horizon.isNegative()) {
            throw new IllegalArgumentException(
                    "votes %d, horizon %s: expected neither to be negative"
                            .formatted(votes, horizon));
        }
    }

    /** Whether the votes of an annotator count. */
    public boolean counts(String annotator) {
        return annotators.isEmpty() || annotators.contains(annotator);
    }
}
