package dev.belay.labelers.labeling;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.labelers.api.GivenLabel;
import dev.belay.schemas.EventCodec;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.Content;
import dev.belay.schemas.events.Example;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.Split;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExampleLabelsTest {
    @Test
    void aLabelCarriesItsExampleWithInlineContent() {
        // Given
        var codec = new EventCodec(new MockSchemaRegistryClient());
        var topics = LabelerTopics.of(Topics.defaults(), "t", "truth", 1, 2);
        Example text =
                Example.newBuilder(EventFactory.example("a", Split.STUDENT, "text", 7))
                        .setGroup("g")
                        .build();
        var bytes = ByteBuffer.wrap(new byte[] {1, 2, 3});
        Example image =
                Example.newBuilder(EventFactory.example("b", Split.STUDENT, "", 7))
                        .setContent(new Content("image/png", bytes, null, "abc", 3L))
                        .build();
        var given = new GivenLabel(0, new float[] {1, 0});
        // When
        List<Label> labels =
                new ExampleLabels(List.of(text, image), List.of(given, given), 0, 0)
                        .labels(topics, codec).stream()
                                .map(r -> codec.decode(r.topic(), r.value(), Label.class))
                                .toList();
        // Then
        assertEquals(text, labels.get(0).getExample());
        assertEquals(image, labels.get(1).getExample());
    }
}
