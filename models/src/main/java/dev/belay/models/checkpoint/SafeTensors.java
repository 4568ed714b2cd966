package dev.belay.models.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The content of a safetensors file: named tensors and string metadata.
 *
 * <p>Format (huggingface.co/docs/safetensors): 8 bytes little-endian length of the header, the
 * header as JSON, then the tensors' bytes without gaps or overlap. Written with sorted names and
 * the header padded with spaces to 8 bytes: equal content gives equal bytes.
 *
 * @param metadata sorted by key
 * @param tensors by name, sorted
 */
public record SafeTensors(Map<String, String> metadata, Map<String, Tensor> tensors) {
    /** Longest header read, 16 MiB. */
    public static final int MAX_HEADER_BYTES = 16 << 20;

    /** Largest file written or read, in bytes: a Java array, just below 2 GiB. */
    public static final int MAX_BYTES = Integer.MAX_VALUE - 8;

    /** Maximum number of tensors in a file. */
    public static final int MAX_TENSORS = 65_536;

    private static final String METADATA = "__metadata__";
    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private record Placed(String name, Tensor.Type type, long[] shape, long begin, long end) {}

    public SafeTensors {
        metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
        tensors = Collections.unmodifiableMap(new TreeMap<>(tensors));
    }

    /** A file of tensors with different names. */
    public static SafeTensors of(Map<String, String> metadata, Collection<Tensor> tensors) {
        var byName = new TreeMap<String, Tensor>();
        for (Tensor tensor : tensors)
            if (byName.put(tensor.name(), tensor) != null)
                throw new IllegalArgumentException("two tensors are named " + tensor.name());
        return new SafeTensors(metadata, byName);
    }

    /**
     * The tensor of this name.
     *
     * @throws MalformedCheckpointException if there is none
     */
    public Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null)
            throw new MalformedCheckpointException(
                    "no tensor " + name + ", found " + String.join(", ", tensors.keySet()));
        return tensor;
    }

    /**
     * The metadata entry of this key.
     *
     * @throws MalformedCheckpointException if there is none
     */
    public String meta(String key) {
        String value = metadata.get(key);
        if (value == null)
            throw new MalformedCheckpointException(
                    "no metadata entry " + key + ", found " + String.join(", ", metadata.keySet()));
        return value;
    }

    /**
     * The file's bytes.
     *
     * @throws CheckpointTooLargeException if there are more than {@link #MAX_BYTES}
     */
    public byte[] write() {
        var header = new LinkedHashMap<String, Object>();
        if (!metadata.isEmpty()) header.put(METADATA, metadata);
        long end = 0;
        for (Tensor tensor : tensors.values()) {
            long begin = end;
            end += tensor.data().remaining();
            var entry = new LinkedHashMap<String, Object>();
            entry.put("dtype", tensor.type().name());
            entry.put("shape", tensor.shape());
            entry.put("data_offsets", new long[] {begin, end});
            header.put(tensor.name(), entry);
        }
        byte[] json = json(header);
        int padded = (json.length + 7) / 8 * 8;
        requireFits("the file", 8 + padded + end);
        ByteBuffer file = ByteBuffer.allocate((int) (8 + padded + end));
        file.order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(json);
        while (file.position() < 8 + padded) file.put((byte) ' ');
        for (Tensor tensor : tensors.values()) file.put(tensor.data());
        return file.array();
    }

    /**
     * @param what description of the file, for the error
     * @throws CheckpointTooLargeException if no file can hold it
     */
    public static void requireFits(String what, long bytes) {
        if (bytes > MAX_BYTES)
            throw new CheckpointTooLargeException(
                    "%s takes %s bytes, expected at most %s, the largest file of a checkpoint"
                            .formatted(what, bytes, MAX_BYTES));
    }

    /**
     * Reads a file; the tensors are views of {@code bytes}.
     *
     * @throws MalformedCheckpointException if it is not a safetensors file, or exceeds a limit
     */
    public static SafeTensors read(byte[] bytes) {
        return read(ByteBuffer.wrap(bytes));
    }

    public static SafeTensors read(ByteBuffer bytes) {
        int length = bytes.remaining();
        if (length < 8)
            throw new MalformedCheckpointException(
                    "not safetensors: " + length + " bytes, expected at least 8");
        ByteBuffer file = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        long headerBytes = file.getLong();
        if (headerBytes < 2 || headerBytes > Math.min(MAX_HEADER_BYTES, length - 8L))
            throw new MalformedCheckpointException(
                    "header of %s bytes in a file of %s, expected 2 to %s"
                            .formatted(headerBytes, length, MAX_HEADER_BYTES));
        int dataAt = 8 + (int) headerBytes;
        byte[] json = new byte[(int) headerBytes];
        file.get(json);
        JsonNode header = parse(json);
        if (header.size() > MAX_TENSORS)
            throw new MalformedCheckpointException(
                    header.size() + " tensors, expected at most " + MAX_TENSORS);
        var metadata = new TreeMap<String, String>();
        var placed = new ArrayList<Placed>();
        for (var entry : header.properties())
            if (entry.getKey().equals(METADATA)) readMetadata(entry.getValue(), metadata);
            else placed.add(place(entry.getKey(), entry.getValue()));
        checkOffsets(placed, length - (long) dataAt);
        var tensors = new TreeMap<String, Tensor>();
        for (Placed p : placed) {
            ByteBuffer data = file.slice(dataAt + (int) p.begin, (int) (p.end - p.begin));
            tensors.put(p.name, new Tensor(p.name, p.type, p.shape, data));
        }
        return new SafeTensors(metadata, tensors);
    }

    private static JsonNode parse(byte[] json) {
        try {
            JsonNode header = JSON.readTree(json);
            if (!header.isObject())
                throw new MalformedCheckpointException("the header is not a JSON object");
            return header;
        } catch (IOException e) {
            throw new MalformedCheckpointException("the header is not JSON", e);
        }
    }

    private static void readMetadata(JsonNode node, Map<String, String> metadata) {
        if (!node.isObject())
            throw new MalformedCheckpointException(METADATA + " is not an object");
        for (var entry : node.properties()) {
            if (!entry.getValue().isTextual())
                throw new MalformedCheckpointException(
                        METADATA + "." + entry.getKey() + " is not a string");
            metadata.put(entry.getKey(), entry.getValue().textValue());
        }
    }

    private static Placed place(String name, JsonNode node) {
        Tensor.Type type = Tensor.Type.parse(node.path("dtype").asText(), name);
        long[] shape = longs(node.path("shape"), name, "shape");
        long[] offsets = longs(node.path("data_offsets"), name, "data_offsets");
        if (offsets.length != 2 || offsets[1] < offsets[0])
            throw new MalformedCheckpointException(
                    "tensor %s: data_offsets must be [begin, end], got %s"
                            .formatted(name, node.path("data_offsets")));
        long expected = Tensor.byteSize(name, type, shape);
        if (offsets[1] - offsets[0] != expected)
            throw new MalformedCheckpointException(
                    "tensor %s has %s bytes, expected %s for %s %s"
                            .formatted(
                                    name,
                                    offsets[1] - offsets[0],
                                    expected,
                                    type,
                                    node.path("shape")));
        return new Placed(name, type, shape, offsets[0], offsets[1]);
    }

    private static long[] longs(JsonNode node, String name, String field) {
        if (!node.isArray() || node.size() > 16)
            throw new MalformedCheckpointException(
                    "tensor " + name + ": " + field + " must be a list of at most 16 numbers");
        long[] values = new long[node.size()];
        for (int i = 0; i < values.length; i++) {
            JsonNode value = node.get(i);
            if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0)
                throw new MalformedCheckpointException(
                        "tensor %s: %s holds %s, expected whole numbers of at least 0"
                                .formatted(name, field, value));
            values[i] = value.longValue();
        }
        return values;
    }

    private static void checkOffsets(List<Placed> placed, long dataBytes) {
        var inOrder = new ArrayList<>(placed);
        inOrder.sort(Comparator.comparingLong(Placed::begin).thenComparingLong(Placed::end));
        long end = 0;
        for (Placed p : inOrder) {
            if (p.begin != end)
                throw new MalformedCheckpointException(
                        "tensor "
                                + p.name
                                + " begins at byte "
                                + p.begin
                                + ", expected "
                                + end
                                + (p.begin < end ? " (overlap)" : " (hole)"));
            end = p.end;
        }
        if (end != dataBytes)
            throw new MalformedCheckpointException(
                    dataBytes + " bytes of data, but the tensors take " + end);
    }

    private static byte[] json(Map<String, Object> header) {
        try {
            return JSON.writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write a safetensors header", e);
        }
    }
}
