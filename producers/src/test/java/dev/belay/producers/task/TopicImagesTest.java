package dev.belay.producers.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.producers.source.Batch;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataConfig.InputColumns;
import dev.belay.producers.source.ExampleSource;
import dev.belay.producers.topic.MockTopic;
import dev.belay.runtime.clients.Clients;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.Images;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Images on an existing topic. */
class TopicImagesTest {
    @Test
    void anImageBecomesAnExampleAndACorruptOneADeadLetter() {
        // Given
        byte[] png = Images.png(new Images.Pixels(1, 1, 1, new byte[1]));
        MockTopic topic = new MockTopic(1);
        for (String image : new String[] {Base64.getEncoder().encodeToString(png), "R0lGODlh"})
            topic.add("{\"id\": \"" + image + "\", \"image\": \"" + image + "\", \"label\": 0}");
        var config =
                new DataConfig(
                        MockTopic.SOURCE,
                        new DataConfig.Fields(
                                "id",
                                new InputColumns.Image("image", true),
                                "label",
                                null,
                                Map.of(),
                                null),
                        new DataConfig.Holdout.Share(.3, 10),
                        .5,
                        DataConfig.Order.HASH,
                        0,
                        List.of("no", "yes"));
        var clients =
                new Clients(
                        Settings.of(Map.of()),
                        new SimpleMeterRegistry(),
                        new MockSchemaRegistryClient());
        // When
        try (ExampleSource.Reader reader =
                topic.source(config, clients, 1, Map.of(), Stream.of(), 10).open(0)) {
            Batch batch = reader.next(10);
            // Then
            assertEquals(1, batch.entries().size());
            assertEquals(1, batch.rejected().size());
            String letter = batch.rejected().get(0).toString();
            assertTrue(letter.contains("belay.dead-letters"), letter);
        }
    }
}
