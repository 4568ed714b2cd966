package dev.belay.cli.check;

import java.util.Locale;

/**
 * A problem in a task's topics.
 *
 * @param what was found, and where
 * @param remedy how to correct it
 */
record Finding(Kind kind, String what, String remedy) {
    /** Kinds of problems, for machines. */
    enum Kind {
        MISSING_TOPIC,
        /** Records that can't be decoded. */
        UNREADABLE,
        /** Labels in another partition than that of their key. */
        WRONG_PARTITION,
        /** Specs of one task with different classes. */
        CLASSES,
        /** Topics or specs with another number of partitions. */
        PARTITIONS,
        /** Labels, predictions or specs that name a model of which there is no spec. */
        UNKNOWN_MODEL,
        INCOMPLETE_SWEEP,
        /** Labels whose probabilities are not a distribution. */
        DISTRIBUTION,
        /** Examples that got no truth label, because their truth was too late. */
        LATE_TRUTH,
        /** Partitions that did not end with the others. */
        NO_END,
        TIME_IN_SECONDS,
        TIME_IN_FUTURE;

        /** As in metrics and JSON: {@code missing-topic}. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
