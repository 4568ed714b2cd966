package dev.belay.labelers.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import dev.belay.runtime.settings.Settings;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The parameters of all kinds that read votes of annotators. */
public final class VoteParameters {
    /** Names of annotators, as JSON; without it all count. */
    public static final String ANNOTATORS = "annotators";

    private static final String FROM = "from";
    private static final String VOTES = "votes";
    private static final String WAIT = "wait";
    private static final ObjectMapper JSON = new ObjectMapper();

    private VoteParameters() {}

    /** Where votes come from, and how long they are waited for. */
    public static List<Parameter> ofVotes() {
        return List.of(
                Parameter.choice(
                        FROM,
                        "column",
                        List.of("column", "topic"),
                        "votes that came with the example, or single ones of the task's topic"),
                Parameter.integer(
                        VOTES, 0, 0, 256, "topic: votes after which a label is given; 0: wait"),
                Parameter.text(WAIT, "7d", "topic: event time that an example waits for votes"));
    }

    /**
     * The rule for single votes; null: votes came with the example.
     *
     * @param given those of the labeler's parameters that are set
     * @param annotators whose votes count; empty: all
     * @throws IllegalArgumentException when one is wrong, or set without single votes
     */
    public static @Nullable VoteRule rule(
            Parameters parameters, Map<String, String> given, List<String> annotators) {
        if (!parameters.text(FROM).equals("topic")) {
            for (String key : List.of(VOTES, WAIT)) {
                if (given.containsKey(key)) {
                    throw new IllegalArgumentException(
                            "%s: found '%s', expected it only with from: topic"
                                    .formatted(key, given.get(key)));
                }
            }
            return null;
        }
        Duration wait;
        try {
            wait = Settings.duration(parameters.text(WAIT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(WAIT + ": " + e.getMessage(), e);
        }
        return new VoteRule((int) parameters.integer(VOTES), wait, Set.copyOf(annotators));
    }

    /**
     * Names of annotators, in their order.
     *
     * @param json a list of different names
     * @throws IllegalArgumentException when it is not
     */
    public static List<String> annotators(String json) {
        List<String> names;
        try {
            names = JSON.readValue(json, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw wrong(json, e);
        }
        if (names.isEmpty()
                || names.contains(null)
                || new HashSet<>(names).size() < names.size()
                || names.stream().anyMatch(String::isBlank)) {
            throw wrong(json, null);
        }
        return names;
    }

    private static IllegalArgumentException wrong(String json, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                ANNOTATORS
                        + ": found "
                        + json
                        + ", expected a list of different names, such as [anna, ben]",
                cause);
    }
}
