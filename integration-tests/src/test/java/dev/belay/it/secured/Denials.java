package dev.belay.it.secured;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.runtime.settings.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What plain clients with the credentials of services are denied, once the experiment has run. */
record Denials(SecuredCluster cluster) {
    void require() {
        String truth = "belay.small.truth";
        for (String topic :
                List.of(
                        truth,
                        "belay.small.labels.truth",
                        "belay.small.aggregator-truth-changelog")) {
            assertTrue(isReadDenied("belay-trainer", topic), topic);
        }
        assertFalse(isReadDenied("belay-truth-labeler", truth));
        assertFalse(isReadDenied("belay-trainer", "belay.small.labels.small.bow.0"));
        assertTrue(isReadDenied("belay-labeler", truth));
        assertTrue(isReadDenied("belay-evaluator", truth));
        assertTrue(isReadDenied("belay-truth-trainer", truth));
        for (String topic :
                List.of(
                        "belay.metrics",
                        "belay.slices",
                        "belay.alerts",
                        "belay.checkpoints",
                        "belay.models",
                        "belay.small.examples",
                        truth,
                        "belay.small.labels.truth")) {
            requireWriteDenied("belay-labeler", topic);
            requireWriteDenied("belay-evaluator", topic);
        }
        requireWriteDenied("belay-truth-labeler", "belay.small.predictions");
        requireWriteDenied("belay-trainer", "belay.small.labels.small.bow.0");
        requireWriteDenied(SecuredCluster.PRODUCER, "belay.small.predictions");
        requireWriteDenied("belay-aggregator", "belay.small.predictions");
        requireWriteDenied(SecuredCluster.READER, truth);
    }

    private boolean isReadDenied(String user, String topic) {
        Map<String, Object> config = new TreeMap<>(kafka(user, "consumer"));
        config.put("auto.offset.reset", "earliest");
        try (var consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            consumer.seekToBeginning(consumer.assignment());
            assertFalse(consumer.poll(Duration.ofSeconds(20)).isEmpty(), topic);
            return false;
        } catch (TopicAuthorizationException e) {
            return true;
        }
    }

    private void requireWriteDenied(String user, String topic) {
        Map<String, Object> config = new TreeMap<>(kafka(user, "producer"));
        config.put("enable.idempotence", false);
        try (var producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            var error =
                    assertThrows(
                            ExecutionException.class,
                            () -> producer.send(new ProducerRecord<>(topic, new byte[0])).get());
            assertInstanceOf(TopicAuthorizationException.class, error.getCause(), user + topic);
        }
    }

    private Map<String, Object> kafka(String user, String client) {
        return Settings.of(cluster.settings(user)).kafka(client);
    }
}
