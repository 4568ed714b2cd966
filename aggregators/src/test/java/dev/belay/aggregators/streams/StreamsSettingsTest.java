package dev.belay.aggregators.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.runtime.settings.Settings;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;

class StreamsSettingsTest {

    @Test
    void kafkaTakesThemAndTheUserMayNotLoosenExactlyOnce() {
        Settings settings =
                Settings.of(
                        Map.of(
                                "kafka.bootstrap.servers", "b:1",
                                "kafka.streams.processing.guarantee", "at_least_once",
                                "kafka.streams.default.client.supplier", "my.Clients",
                                "kafka.streams.num.stream.threads", "2",
                                "topics.prefix", "mine."));

        StreamsConfig config = new StreamsConfig(StreamsSettings.of(settings, "t"));

        assertEquals("mine.t.aggregator", config.getString(StreamsConfig.APPLICATION_ID_CONFIG));
        assertEquals(
                StreamsConfig.EXACTLY_ONCE_V2,
                config.getString(StreamsConfig.PROCESSING_GUARANTEE_CONFIG));
        assertInstanceOf(FencingClients.class, config.getKafkaClientSupplier());
        assertEquals(2, config.getInt(StreamsConfig.NUM_STREAM_THREADS_CONFIG));
    }

    @Test
    void talliesOfAThousandClassesFitIntoARecordAndIntoItsTopic() {
        StreamsConfig config =
                new StreamsConfig(
                        StreamsSettings.of(
                                Settings.of(Map.of("kafka.bootstrap.servers", "b:1")), "t"));
        // 1,000 × 1,000 confusions at 3 bytes, and counts by class
        int most = 3_100_000;
        Object request = config.getProducerConfigs("c").get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG);
        Object message = config.originalsWithPrefix("topic.").get("max.message.bytes");

        assertTrue(request instanceof Integer bytes && bytes > most, "" + request);
        assertTrue(message instanceof Integer bytes && bytes > most, "" + message);
    }
}
