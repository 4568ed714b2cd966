package dev.belay.models.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.store.CheckpointStore.StoredFile;
import dev.belay.models.store.Provenance.Encoding;
import dev.belay.models.store.Provenance.Labels;
import dev.belay.models.store.Provenance.Parent;
import dev.belay.models.store.Provenance.Range;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The JSON form of a {@link Provenance}. */
final class ProvenanceJson {
    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private ProvenanceJson() {}

    static JsonNode read(String json) throws JsonProcessingException {
        return JSON.readTree(json);
    }

    static byte[] write(Provenance p) {
        ObjectNode json = JSON.createObjectNode();
        json.put("format", 1);
        json.put("model", p.model()).put("number", p.number());
        json.put("examplesSeen", p.examplesSeen());
        json.put("softwareVersion", p.softwareVersion());
        file(json.putObject("weights"), p.weights());
        file(json.putObject("state"), p.state());
        Parent parent = p.parent();
        if (parent == null) json.putNull("parent");
        else
            json.putObject("parent")
                    .put("number", parent.number())
                    .put("weightsSha256", parent.weightsSha256());
        json.put("supervisor", p.supervisor());
        ArrayNode checkpoints = json.putArray("supervisorCheckpoints");
        p.supervisorCheckpoints().forEach(checkpoints::add);
        ObjectNode labels = json.putObject("labels").put("topic", p.labels().topic());
        ArrayNode ranges = labels.putArray("ranges");
        for (Range range : p.labels().ranges())
            ranges.addObject()
                    .put("partition", range.partition())
                    .put("from", range.from())
                    .put("to", range.to());
        json.putObject("encoder")
                .put("name", p.encoder().name())
                .put("sha256", p.encoder().sha256());
        json.put("seed", p.seed()).put("specHash", p.specHash());
        json.set("spec", p.spec());
        try {
            var indent = new DefaultIndenter("  ", "\n"); // the same on every system
            var printer = new DefaultPrettyPrinter().withObjectIndenter(indent);
            return (JSON.writer(printer).writeValueAsString(json) + "\n")
                    .getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write a provenance", e);
        }
    }

    static Provenance parse(byte[] bytes) {
        if (bytes.length > Provenance.MAX_BYTES)
            throw new MalformedCheckpointException(
                    "provenance of %s bytes, expected at most %s"
                            .formatted(bytes.length, Provenance.MAX_BYTES));
        JsonNode json;
        try {
            json = JSON.readTree(bytes);
        } catch (IOException e) {
            throw new MalformedCheckpointException("the provenance is not JSON", e);
        }
        long format = number(json, "format");
        if (format != 1)
            throw new MalformedCheckpointException(
                    "provenance of format " + format + ", expected format 1");
        JsonNode parent = json.path("parent");
        JsonNode labels = object(json, "labels");
        JsonNode encoder = object(json, "encoder");
        return new Provenance(
                text(json, "model"),
                number(json, "number"),
                number(json, "examplesSeen"),
                text(json, "specHash"),
                object(json, "spec"),
                number(json, "seed"),
                new Encoding(text(encoder, "name"), text(encoder, "sha256")),
                text(json, "supervisor"),
                numbers(json, "supervisorCheckpoints"),
                new Labels(text(labels, "topic"), ranges(labels)),
                parent.isNull()
                        ? null
                        : new Parent(
                                number(object(json, "parent"), "number"),
                                text(parent, "weightsSha256")),
                file(object(json, "weights")),
                file(object(json, "state")),
                text(json, "softwareVersion"));
    }

    private static void file(ObjectNode json, StoredFile file) {
        json.put("uri", file.uri()).put("sha256", file.sha256());
    }

    private static StoredFile file(JsonNode json) {
        return new StoredFile(text(json, "uri"), text(json, "sha256"));
    }

    private static List<Long> numbers(JsonNode json, String key) {
        List<Long> numbers = new ArrayList<>();
        for (JsonNode value : require(json, key, JsonNode::isArray, "a list")) {
            if (!value.isIntegralNumber() || !value.canConvertToLong())
                throw wrong(key, value, "whole numbers");
            numbers.add(value.longValue());
        }
        return numbers;
    }

    private static List<Range> ranges(JsonNode labels) {
        List<Range> ranges = new ArrayList<>();
        for (JsonNode range : require(labels, "ranges", JsonNode::isArray, "a list")) {
            long partition = number(range, "partition");
            if (partition != (int) partition) throw wrong("partition", range, "a partition");
            ranges.add(new Range((int) partition, number(range, "from"), number(range, "to")));
        }
        return ranges;
    }

    private static JsonNode object(JsonNode json, String key) {
        return require(json, key, JsonNode::isObject, "an object");
    }

    private static String text(JsonNode json, String key) {
        return require(json, key, JsonNode::isTextual, "a text").textValue();
    }

    private static long number(JsonNode json, String key) {
        return require(
                        json,
                        key,
                        v -> v.isIntegralNumber() && v.canConvertToLong(),
                        "a whole number")
                .longValue();
    }

    private static JsonNode require(
            JsonNode json, String key, Predicate<JsonNode> fits, String expected) {
        JsonNode value = json.path(key);
        if (!fits.test(value)) throw wrong(key, value, expected);
        return value;
    }

    private static MalformedCheckpointException wrong(String key, JsonNode value, String expected) {
        String found = value.isMissingNode() ? "missing" : value.toString();
        String shown = found.length() > 80 ? found.substring(0, 80) + "…" : found;
        return new MalformedCheckpointException(
                "provenance: '" + key + "' is " + shown + ", expected " + expected);
    }
}
