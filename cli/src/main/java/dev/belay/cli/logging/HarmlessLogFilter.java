package dev.belay.cli.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * Drops two log messages that look like errors and are not; all other messages of their loggers
 * stay.
 *
 * <ul>
 *   <li>The broker refuses a partition's first batch while the producer's transaction before is
 *       still ending (CONCURRENT_TRANSACTIONS, transactions v2) and with it the batches already
 *       under way behind it: these are out of order. The producer sends all of them again, in
 *       order.
 *   <li>Streams' state below the system's temporary folder: if that is cleared, the state is read
 *       again from its changelogs.
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
        return retried || temporary ? FilterReply.DENY : FilterReply.NEUTRAL;
    }
}
