package dev.belay.cli.logging;

import static org.apache.kafka.common.acl.AclOperation.CREATE;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import com.google.common.base.Throwables;
import dev.belay.runtime.topics.AccessDeniedException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * Drops log messages that look like errors and are not, or that repeat what is logged elsewhere;
 * all other messages of their loggers stay.
 *
 * <ul>
 *   <li>The broker refuses a partition's first batch while the producer's transaction before is
 *       still ending (CONCURRENT_TRANSACTIONS, transactions v2) and with it the batches already
 *       under way behind it: these are out of order. The producer sends all of them again, in
 *       order.
 *   <li>Streams' state below the system's temporary folder: if that is cleared, the state is read
 *       again from its changelogs.
 *   <li>Streams' tasks whose transaction was aborted (fenced, a rebalance, a broker that was away)
 *       can't flush their caches; they resume from their last commit, as the next lines say.
 *   <li>Streams' folder of an application keeps Belay's marker of an unclean shutdown when its
 *       stores are deleted.
 *   <li>Streams' stack trace of a missing ACL, which the aggregator names in one line.
 *   <li>Streams' stack traces of a thread that the broker has fenced, which is what happens when
 *       the broker was away for longer than a transaction may last; one line says it instead.
 *   <li>A broker of one node that reads its groups' offsets, or registers its controller, while it
 *       is elected after a start: it does both again.
 * </ul>
 */
public final class HarmlessLogFilter extends TurboFilter {
    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String format,
            Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        boolean retried =
                thrown instanceof OutOfOrderSequenceException
                        && logger.getName().equals("kafka.server.ReplicaManager")
                        && String.valueOf(thrown.getMessage()).contains("no existing state");
        boolean temporary =
                format != null && format.startsWith("Using an OS temp directory in the state.dir");
        boolean aborted = format != null && format.contains("Since the task is closing dirty");
        boolean kept =
                format != null
                        && format.contains("Failed to delete state store directory of")
                        && format.contains("for it is not empty");
        boolean denied =
                logger.getName().equals("org.apache.kafka.streams.KafkaStreams")
                        && AccessDeniedException.in(thrown(arguments, thrown), CREATE, "it")
                                != null;
        boolean elected =
                format != null
                        && (format.contains("is not online or is no longer the leader")
                                || (format.contains("CONTROLLER_REGISTRATION")
                                        && isCausedBy(thrown, NotControllerException.class)));
        boolean fenced =
                format != null
                        && format.contains("Error encountered sending record to topic")
                        && (isCausedBy(thrown, InvalidProducerEpochException.class)
                                || isCausedBy(thrown, ProducerFencedException.class)
                                || isCausedBy(thrown, InvalidTxnStateException.class));
        boolean rejoins =
                format != null && format.contains("Detected that the thread is being fenced");
        if (rejoins && thrown != null) {
            logger.warn(
                    "a thread was fenced by the broker and resumes from its last commit: {}",
                    String.valueOf(Throwables.getRootCause(thrown)));
        }
        return retried || temporary || aborted || kept || denied || elected || fenced || rejoins
                ? FilterReply.DENY
                : FilterReply.NEUTRAL;
    }

    private static boolean isCausedBy(@Nullable Throwable thrown, Class<?> kind) {
        return thrown != null
                && Throwables.getCausalChain(thrown).stream().anyMatch(kind::isInstance);
    }

    private static @Nullable Throwable thrown(
            Object @Nullable [] arguments, @Nullable Throwable thrown) {
        return thrown == null
                        && arguments != null
                        && arguments.length > 0
                        && arguments[arguments.length - 1] instanceof Throwable last
                ? last
                : thrown;
    }
}
