package dev.belay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.slf4j.helpers.NOPMDCAdapter;

class LogOutputTest {
    @Test
    void aWarningOfAClientIsOneLineWithItsExceptions() throws JoranException {
        String line = logged("nopex");
        assertEquals(1, line.lines().count(), line);
        assertTrue(line.contains("a heartbeat timed out"), line);
        assertTrue(line.contains("outer") && line.contains("inner of two lines"), line);
    }

    @Test
    void stackTracesArePrintedOnRequest() throws JoranException {
        assertTrue(logged("ex").contains("\tat " + LogOutputTest.class.getName()));
    }

    private static String logged(String exceptions) throws JoranException {
        var context = new LoggerContext();
        context.setMDCAdapter(new NOPMDCAdapter());
        context.putProperty("belay.log.exceptions", exceptions);
        var configurator = new JoranConfigurator();
        configurator.setContext(context);
        var bytes = new ByteArrayOutputStream();
        PrintStream real = System.err;
        try (var captured = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            System.setErr(captured);
            configurator.doConfigure(
                    Objects.requireNonNull(LogOutputTest.class.getResource("/logback.xml")));
            context.getLogger("org.apache.kafka.clients.consumer.X")
                    .warn(
                            "a heartbeat timed out",
                            new IllegalStateException(
                                    "outer", new IllegalStateException("inner\nof two lines")));
        } finally {
            System.setErr(real);
            context.stop();
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
