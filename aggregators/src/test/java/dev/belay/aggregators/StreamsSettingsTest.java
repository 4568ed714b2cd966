package dev.belay.aggregators;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.runtime.Settings;
import java.util.Map;
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
                                "kafka.streams.num.stream.threads", "2",
                                "topics.prefix", "mine."));

        StreamsConfig config = new StreamsConfig(StreamsSettings.of(settings, "t"));

        assertEquals("mine.t.aggregator", config.getString(StreamsConfig.APPLICATION_ID_CONFIG));
        assertEquals(
                StreamsConfig.EXACTLY_ONCE_V2,
                config.getString(StreamsConfig.PROCESSING_GUARANTEE_CONFIG));
        assertEquals(2, config.getInt(StreamsConfig.NUM_STREAM_THREADS_CONFIG));
    }
}
