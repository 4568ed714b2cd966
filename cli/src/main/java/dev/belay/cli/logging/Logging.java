package dev.belay.cli.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where log lines go: a service's to the terminal, a run's to a file, since its terminal shows
 * progress.
 */
public final class Logging {
    private static volatile boolean elsewhere;

    private Logging() {}

    /** Belay's own from INFO, others' from WARN, to standard output. */
    public static void toTerminal() {
        use(new ConsoleAppender<>());
        elsewhere = false;
    }

    /** The same, appended to a file whose folder is made if absent. */
    public static void toFile(Path file) {
        var appender = new FileAppender<ILoggingEvent>();
        appender.setFile(file.toString());
        use(appender);
        elsewhere = true;
    }

    /** Whether the log is not the terminal. */
    public static boolean isElsewhere() {
        return elsewhere;
    }

    private static void use(OutputStreamAppender<ILoggingEvent> appender) {
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d{ISO8601} %-5level [%thread] %logger{0}: %msg%n");
        encoder.start();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        root.addAppender(appender);
        context.getLogger("dev.belay").setLevel(Level.INFO);
    }
}
