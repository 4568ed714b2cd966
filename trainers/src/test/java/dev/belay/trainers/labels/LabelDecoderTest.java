package dev.belay.trainers.labels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.schemas.EventCodec;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Label;
import dev.belay.schemas.events.Split;
import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LabelDecoderTest {
    private static final String TOPIC = "labels";
    private static final String LABELER = "exp/weak#0@1";

    private final EventCodec codec = new EventCodec(new MockSchemaRegistryClient());

    @Test
    void aLabelKeepsWhatIsLearnedFrom() {
        DecodedLabel read = decode(codec, label(LABELER, 0.25f, 0.75f));
        var good = assertInstanceOf(DecodedLabel.Good.class, read);
        assertEquals("a", good.example().id());
        assertArrayEquals(new float[] {0.25f, 0.75f}, good.example().probabilities());
        assertEquals(7, good.checkpoint());
    }

    @Test
    void votesAreReadAndChecked() {
        var example = EventFactory.example("a", Split.STUDENT, "some text", 1L);
        float[] mean = {.5f, .5f};
        var votes = List.of(new float[] {1, 0}, new float[0], new float[] {0, 1});
        var label = EventFactory.label(example, LABELER, 7L, mean, votes);
        DecodedLabel read = decode(codec, codec.encode(TOPIC, label));
        var good = assertInstanceOf(DecodedLabel.Good.class, read);
        assertArrayEquals(votes.toArray(float[][]::new), good.example().votes());
        label = EventFactory.label(example, LABELER, 7L, mean, List.of(new float[] {1}));
        assertBad("vote 0: expected 2 probabilities", codec.encode(TOPIC, label));
    }

    @Test
    void anAbstentionIsAnExampleWithoutALabel() {
        var example = EventFactory.example("a", Split.STUDENT, "some text", 1L);
        var label = EventFactory.label(example, LABELER, 7L, new float[0]);
        DecodedLabel read = decode(codec, codec.encode(TOPIC, label));
        var good = assertInstanceOf(DecodedLabel.Good.class, read);
        assertTrue(good.example().abstained());
        assertEquals(7, good.checkpoint());
        // a distribution and an abstention, or neither, is no label
        label = new Label(example, LABELER, 7L, List.of(0.5f, 0.5f), true, null);
        assertBad("an abstention with 2 probabilities", codec.encode(TOPIC, label));
        label = new Label(example, LABELER, 7L, List.of(), false, null);
        assertBad("expected 2 probabilities, found 0", codec.encode(TOPIC, label));
    }

    @Test
    void aLabelOfAnotherRunIsNothing() {
        assertNull(decode(codec, label("exp/weak#0@2", 0.25f, 0.75f)));
    }

    @Test
    void whatCantBeLearnedFromSaysWhy() {
        assertBad("tombstone", null);
        assertBad("not the Confluent wire format", new byte[] {1, 2, 3});
        assertBad("sum to 1, found 0.5", label(LABELER, 0.25f, 0.25f));
        assertBad("found NaN", label(LABELER, Float.NaN, 1f));
        assertBad("expected 2 probabilities, found 3", label(LABELER, 0.5f, 0.25f, 0.25f));
    }

    @Test
    void whileTheRegistryDoesNotAnswerNothingIsSaidOfARecord() {
        // Given: bytes that are good, and a registry that fails
        byte[] bytes = label(LABELER, 0.25f, 0.75f);
        EventCodec asking =
                new EventCodec(
                        new MockSchemaRegistryClient() {
                            @Override
                            public ParsedSchema getSchemaById(int id) throws RestClientException {
                                throw new RestClientException("starting", 503, 50_301);
                            }
                        });
        // When, Then
        var failure = assertThrows(SerializationException.class, () -> decode(asking, bytes));
        assertTrue(EventCodec.isOutage(failure), failure::getMessage);
    }

    private void assertBad(String reason, byte @Nullable [] value) {
        var bad = assertInstanceOf(DecodedLabel.Bad.class, decode(codec, value));
        assertTrue(bad.reason().contains(reason), bad::reason);
    }

    private static @Nullable DecodedLabel decode(EventCodec codec, byte @Nullable [] value) {
        return new LabelDecoder(codec, TOPIC, LABELER, 2)
                .decode(new ConsumerRecord<>(TOPIC, 0, 3, new byte[0], value));
    }

    private byte @Nullable [] label(String labeler, Float... probabilities) {
        var example = EventFactory.example("a", Split.STUDENT, "some text", 1L);
        return codec.encode(
                TOPIC, EventFactory.label(example, labeler, 7L, List.of(probabilities)));
    }
}
