package dev.belay.cli;

import dev.belay.cli.experiment.ExperimentException;
import dev.belay.cli.platform.Logging;
import dev.belay.producers.source.DataException;
import java.io.PrintWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a person what went wrong in one message; the stack trace goes to the log where that is not
 * the terminal.
 */
public final class ErrorReport {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorReport.class);

    private ErrorReport() {}

    /**
     * The outermost message, and beneath it each cause that says more: none below an error in the
     * user's files, whose message is complete.
     */
    public static void report(Throwable e, PrintWriter err) {
        if (Logging.isElsewhere()) {
            LOG.error("ended by an error", e);
        }
        err.println("belay: " + text(e));
        err.flush();
    }

    static String text(Throwable e) {
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
        return e instanceof ExperimentException || e instanceof DataException;
    }

    /** As a future's exception does: it says nothing but its cause's class and message. */
    private static boolean onlyWraps(Throwable e) {
        Throwable cause = e.getCause();
        return cause != null && cause.toString().equals(e.getMessage());
    }

    private static String message(Throwable e) {
        String message = e.getMessage();
        return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
    }
}
