package dev.belay.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeTensorsPropertyTest {
    @Property(tries = 200)
    void whatWasWrittenIsReadAndWrittenAgainAlike(
            @ForAll @Size(max = 20) List<@Size(max = 5) List<Float>> values,
            @ForAll Map<String, String> metadata) {
        // Given
        var tensors = new ArrayList<Tensor>();
        for (int i = 0; i < values.size(); i++) {
            float[] floats = new float[values.get(i).size()];
            for (int j = 0; j < floats.length; j++) floats[j] = values.get(i).get(j);
            tensors.add(Tensor.ofFloats("t" + i, floats, floats.length, 1));
        }
        tensors.add(Tensor.ofBytes("bytes", new byte[] {1, 2, 3}));
        tensors.add(Tensor.ofLongs("longs", Long.MIN_VALUE, 7));
        var written = SafeTensors.of(metadata, tensors).write();
        // When
        SafeTensors read = SafeTensors.read(written);
        // Then
        assertEquals(metadata, read.metadata());
        for (Tensor t : tensors) assertEquals(t.data(), read.tensor(t.name()).data());
        assertArrayEquals(written, read.write());
    }

    @Property(tries = 2000)
    void damagedFileIsReadOrRefusedButNothingElse(
            @ForAll @IntRange(max = 250) int at,
            @ForAll byte value,
            @ForAll @IntRange(max = 300) int length) {
        // Given
        byte[] bytes =
                SafeTensors.of(
                                Map.of("model", "m"),
                                List.of(
                                        Tensor.ofFloats("w", new float[6], 2, 3),
                                        Tensor.ofLongs("n", 4)))
                        .write();
        bytes[at % bytes.length] = value;
        byte[] cut = Arrays.copyOf(bytes, Math.min(length, bytes.length));
        // When, Then
        for (byte[] file : List.of(bytes, cut)) {
            try {
                SafeTensors.read(file).tensors().values().forEach(Tensor::data);
            } catch (MalformedCheckpointException e) {
                assertTrue(String.valueOf(e.getMessage()).length() > 10);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'b':{'dtype':'F32','shape':[1],'data_offsets':[2,6]}}|overlap",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[2,6]}}|hole",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}}|expected 8",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}|8 bytes of data",
                "{'a':{'dtype':'X32','shape':[1],'data_offsets':[0,8]}}|unknown dtype",
                "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}}|at least 0",
                "{'a':{'dtype':'F32','shape':[9223372036854775807,2],'data_offsets':[0,8]}}|impossible shape",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}}|[begin, end]",
                "{'a':{},'a':{}}|not JSON",
                "[1]|not a JSON object",
                "{'__metadata__':{'k':1}}|not a string",
                "{'__metadata__':1}|not an object"
            })
    void malformedHeaderIsNamed(String header, String expected) {
        byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + json.length + 8);
        file.order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json);
        var e =
                assertThrows(
                        MalformedCheckpointException.class, () -> SafeTensors.read(file.array()));
        assertTrue(String.valueOf(e.getMessage()).contains(expected), e.getMessage());
    }

    @Test
    void headerLongerThanTheFileIsRefused() {
        ByteBuffer file = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        for (long size : new long[] {57, Long.MAX_VALUE, -1, 0}) {
            file.putLong(0, size);
            assertThrows(MalformedCheckpointException.class, () -> SafeTensors.read(file.array()));
        }
    }

    @Test
    void fileBeyondTwoGibibytesIsRefusedWithItsSize() {
        // Given: nine tensors of 256 MiB, which share their bytes
        ByteBuffer data = ByteBuffer.allocate(1 << 28);
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < 9; i++)
            tensors.add(new Tensor("t" + i, Tensor.Type.U8, new long[] {1 << 28}, data));
        // When, Then
        var e =
                assertThrows(
                        CheckpointTooLargeException.class,
                        () -> SafeTensors.of(Map.of(), tensors).write());
        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith("the file takes 24159"), message); // 9 * 2^28 and a header
        assertTrue(message.contains("expected at most 2147483639"), message);
    }
}
