package dev.belay.cli.logging;

import dev.belay.cli.experiment.ExperimentException;
import dev.belay.cli.platform.PlatformException;
import dev.belay.plugins.Plugins;
import dev.belay.producers.source.DataException;
import dev.belay.runtime.topics.AccessDeniedException;
import java.io.PrintWriter;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports an error to the user in one message; the stack trace goes to the log, unless that is the
 * terminal.
 */
public final class ErrorReport {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorReport.class);

    private ErrorReport() {}

    /**
     * Prints the outermost message, and below it each cause that adds information; none below those
     * whose message is complete.
     */
    public static void report(Throwable e, PrintWriter err) {
        if (Logging.isElsewhere()) {
            LOG.error("ended by an error", e);
        }
        err.println("belay: " + text(e));
        err.flush();
    }

    /** The message of an error, with its causes. */
    public static String text(Throwable e) {
        StringBuilder text = new StringBuilder(message(e));
        for (Throwable at = e; !isComplete(at) && at.getCause() != null; at = at.getCause()) {
            Throwable cause = at.getCause();
            if (!onlyWraps(cause) && text.indexOf(message(cause)) < 0) {
                text.append("\n  because: ").append(message(cause));
            }
        }
        return text.toString();
    }

    private static boolean isComplete(Throwable e) {
        return e instanceof ExperimentException
                || e instanceof DataException
                || e instanceof PlatformException
                || e instanceof AccessDeniedException
                // a wrong setting, of which Kafka's parser says less
                || (e instanceof IllegalArgumentException
                        && e.getCause() instanceof ConfigException);
    }

    /** Whether it only repeats its cause's class and message, as a future's exception does. */
    private static boolean onlyWraps(Throwable e) {
        Throwable cause = e.getCause();
        return cause != null && cause.toString().equals(e.getMessage());
    }

    private static String message(Throwable e) {
        if (e instanceof NoClassDefFoundError || e instanceof ClassNotFoundException) {
            return Plugins.missing(e);
        }
        String message = e.getMessage();
        return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
    }
}
