package dev.belay.cli.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class HarmlessLogFilterTest {
    @Test
    void whatIsRetriedIsNotLoggedAndAllElseOfTheSameLoggersIs() {
        var root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        var logged = new ListAppender<ILoggingEvent>();
        logged.start();
        root.addAppender(logged);
        try {
            var broker = LoggerFactory.getLogger("kafka.server.ReplicaManager");
            broker.error(
                    "retried",
                    new OutOfOrderSequenceException(
                            "Invalid sequence number for producer 1 at offset 193 in partition t-1:"
                                    + " 36 (incoming seq. number). Expected sequence 0 for transactions"
                                    + " v2 idempotent producer with no existing state."));
            broker.error("a gap", new OutOfOrderSequenceException("7 (incoming), 3 (current)"));
            broker.error("another", new InvalidProducerEpochException("old"));
            var state =
                    LoggerFactory.getLogger(
                            "org.apache.kafka.streams.processor.internals.StateDirectory");
            state.warn("Using an OS temp directory in the state.dir property can cause: {}", "x");
            state.warn(
                    "[aggregator] Failed to delete state store directory of /x for it is not empty");
            state.warn("can't be locked");
            LoggerFactory.getLogger("org.apache.kafka.streams.processor.internals.TaskManager")
                    .warn(
                            "Error flushing cache of dirty task {}. Since the task is closing dirty, the"
                                    + " following exception is swallowed: {}",
                            "2_3",
                            "aborted");
            LoggerFactory.getLogger("org.apache.kafka.clients.producer.internals.Sender")
                    .warn("Got error produce response, retrying");
            var streams = LoggerFactory.getLogger("org.apache.kafka.streams.KafkaStreams");
            streams.error(
                    "denied", new StreamsException(new TopicAuthorizationException(Set.of("t"))));
            streams.error("failed", new StreamsException("a bug"));
            var thread =
                    LoggerFactory.getLogger(
                            "org.apache.kafka.streams.processor.internals.StreamThread");
            thread.warn(
                    "stream-thread [1] Detected that the thread is being fenced. This implies",
                    new TaskMigratedException("t", new InvalidProducerEpochException("old")));
            var collector =
                    LoggerFactory.getLogger(
                            "org.apache.kafka.streams.processor.internals.RecordCollectorImpl");
            String sending = "Error encountered sending record to topic t for task 1 due to:";
            collector.error(sending, new InvalidProducerEpochException("old"));
            collector.error(sending, new RecordTooLargeException("large"));
            var controller = LoggerFactory.getLogger("kafka.server.ControllerApis");
            String registration =
                    "Unexpected error handling request(apiKey=CONTROLLER_REGISTRATION)";
            controller.error(
                    registration, new CompletionException(new NotControllerException("node 1")));
            controller.error(registration, new InvalidConfigurationException("a bug"));
            assertEquals(
                    List.of(
                            "a gap",
                            "another",
                            "can't be locked",
                            "failed",
                            "a thread was fenced by the broker and resumes from its last commit:"
                                    + " org.apache.kafka.common.errors.InvalidProducerEpochException:"
                                    + " old",
                            sending,
                            registration),
                    logged.list.stream().map(ILoggingEvent::getFormattedMessage).toList());
        } finally {
            root.detachAppender(logged);
        }
    }
}
