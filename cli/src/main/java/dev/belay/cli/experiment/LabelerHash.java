package dev.belay.cli.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.hash.Hashing;
import dev.belay.schemas.events.LabelerSpec;
import java.util.Map;
import java.util.TreeMap;

/** Hash over a labeler's settings: equal for equal labelers. */
final class LabelerHash {
    private LabelerHash() {}

    /**
     * SHA-256 (hex) of a spec without version, run, time and hash; of the runs of its sources too.
     */
    static String of(LabelerSpec spec) {
        Map<String, Object> values = new TreeMap<>();
        values.put("task", spec.getTask());
        values.put("classes", spec.getClasses());
        values.put("partitions", spec.getPartitions());
        values.put("method", spec.getMethod().getName());
        values.put("parameters", new TreeMap<>(spec.getMethod().getParameters()));
        values.put(
                "sources",
                spec.getSources().stream().map(id -> id.replaceFirst("@\\d+$", "")).toList());
        try {
            byte[] json = new ObjectMapper().writeValueAsBytes(values);
            return Hashing.sha256().hashBytes(json).toString();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a spec can't be written as JSON", e);
        }
    }
}
