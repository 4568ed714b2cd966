package dev.belay.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.schemas.events.Truth;
import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

class EventCodecTest {
    private final EventCodec codec = new EventCodec(new MockSchemaRegistryClient());

    private byte[] encoded(SpecificRecord event) {
        return Objects.requireNonNull(codec.encode("t", event));
    }

    @Test
    void everyEventComesBackAsItWas() {
        for (SpecificRecord event : SampleEvents.ALL) {
            assertEquals(event, codec.decode("t", encoded(event), event.getClass()));
        }
    }

    @Test
    void aTombstoneStaysOne() {
        assertNull(codec.encode("t", null));
    }

    @Test
    void bytesAreZeroThenSchemaIdThenAvro() {
        byte[] bytes = encoded(EventFactory.truth("a", 1, 0L));
        assertEquals(0, bytes[0]);
        assertEquals("[0, 0, 0, 1]", Arrays.toString(Arrays.copyOfRange(bytes, 1, 5)));
        assertEquals(
                "[2, 97, 2, 0, 0, 0, 0, 0]",
                Arrays.toString(Arrays.copyOfRange(bytes, 5, bytes.length)));
    }

    @Test
    void theErrorSaysTypeSizeAndTopic() {
        var e =
                assertThrows(
                        SerializationException.class,
                        () -> codec.decode("some-topic", new byte[] {1, 2, 3}, Truth.class));
        assertTrue(
                String.valueOf(e.getMessage())
                        .startsWith("cannot read Truth (3 bytes) from some-topic"),
                e::getMessage);
    }

    @Test
    void aNumberOfTooManyBytesIsTheRecordsFaultAndNotTheRegistrys() {
        byte[] bytes = encoded(EventFactory.truth("a", 1, 0L));
        byte[] flipped = Arrays.copyOf(bytes, 16);
        Arrays.fill(flipped, 7, 16, (byte) 0x80); // the label goes on and on
        var e =
                assertThrows(
                        SerializationException.class,
                        () -> codec.decode("t", flipped, Truth.class));
        assertFalse(EventCodec.isOutage(e), e::getMessage);
    }

    @Test
    void mutatedBytesAreReadOrRefusedButNeverThrowSomethingElse() {
        Random random = new Random(1);
        for (SpecificRecord event : SampleEvents.ALL) {
            byte[] good = encoded(event);
            for (int i = 0; i < 2000; i++) {
                byte[] bad = Arrays.copyOf(good, random.nextInt(good.length + 1));
                for (int flips = random.nextInt(4); flips > 0 && bad.length > 0; flips--) {
                    bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
                }
                try {
                    codec.decode("t", bad, event.getClass());
                } catch (SerializationException e) {
                    assertTrue(String.valueOf(e.getMessage()).contains(" from t"), e::getMessage);
                    assertFalse(EventCodec.isOutage(e), e::getMessage);
                }
            }
        }
    }

    @Test
    void aRegistryThatFailsIsAnOutageAndAnUnknownIdIsNot() {
        byte[] bytes = encoded(EventFactory.truth("a", 1, 0L));
        for (int status : new int[] {500, 503, 401}) {
            assertTrue(isOutage(new RestClientException("no", status, status * 100), bytes));
        }
        assertTrue(isOutage(new IOException("connection reset"), bytes));
        assertFalse(isOutage(new RestClientException("no such schema", 404, 40_403), bytes));
    }

    @Test
    void aServerWithoutARegistryAtThatPathIsAnOutageThatNamesThePath() {
        var answer = new RestClientException("no such page", 404, 404);
        SerializationException failure = failure(answer, encoded(EventFactory.truth("a", 1, 0L)));

        assertTrue(EventCodec.isOutage(failure));
        assertTrue(failure.toString().endsWith("has the path /apis/ccompat/v7"), failure::toString);
    }

    @Test
    void whoRegistersASchemaAtTheSameTimeAsAnotherAsksAgainOnce() {
        var refusals = new AtomicInteger(1);
        EventCodec codec =
                new EventCodec(
                        new MockSchemaRegistryClient() {
                            @Override
                            public int register(String subject, ParsedSchema schema)
                                    throws IOException, RestClientException {
                                if (refusals.getAndDecrement() > 0) {
                                    throw new RestClientException("already exists", 409, 409);
                                }
                                return super.register(subject, schema);
                            }
                        });
        Truth truth = EventFactory.truth("a", 1, 0L);

        assertEquals(
                truth,
                codec.decode("t", Objects.requireNonNull(codec.encode("t", truth)), Truth.class));
        refusals.set(2);
        assertThrows(SerializationException.class, () -> codec.encode("other", truth));
    }

    @Test
    void whereClientsMayOnlyReadTheRegistryOthersRegister() {
        // Given
        var registry = new MockSchemaRegistryClient();
        var reading = new EventCodec(registry, false);
        Truth truth = EventFactory.truth("a", 1, 0L);
        // When
        String refused =
                String.valueOf(
                        assertThrows(SerializationException.class, () -> reading.encode("t", truth))
                                .getMessage());
        // Then
        assertTrue(refused.contains("dev.belay.schemas.events.Truth of this version for t-value"));
        assertTrue(refused.contains("'./belay topics apply'"), refused);
        // and: the same schema has one id, whoever registers it
        int id = new EventCodec(registry).declare("t", Truth.getClassSchema());
        byte[] bytes = Objects.requireNonNull(reading.encode("t", truth));
        assertEquals(id, ByteBuffer.wrap(bytes, 1, 4).getInt());
        assertEquals(
                id,
                reading.declare("t", new Schema.Parser().parse(Truth.getClassSchema().toString())));
    }

    /** Whether a codec that has to ask such a registry says that the record is not to blame. */
    private static boolean isOutage(Exception answer, byte[] bytes) {
        return EventCodec.isOutage(failure(answer, bytes));
    }

    private static SerializationException failure(Exception answer, byte[] bytes) {
        EventCodec asking =
                new EventCodec(
                        new MockSchemaRegistryClient() {
                            @Override
                            public ParsedSchema getSchemaById(int id)
                                    throws IOException, RestClientException {
                                if (answer instanceof IOException e) {
                                    throw e;
                                }
                                throw (RestClientException) answer;
                            }
                        });
        return assertThrows(
                SerializationException.class, () -> asking.decode("t", bytes, Truth.class));
    }
}
