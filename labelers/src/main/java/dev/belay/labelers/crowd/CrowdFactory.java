package dev.belay.labelers.crowd;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerFactory;
import dev.belay.labelers.api.VoteRule;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import dev.belay.runtime.settings.Settings;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Kind {@code crowd}: the votes of annotators, see {@link CrowdLabeler}. */
public final class CrowdFactory implements LabelerFactory {
    private static final String ANNOTATORS = "annotators";
    private static final String FROM = "from";
    private static final String VOTES = "votes";
    private static final String WAIT = "wait";
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public String name() {
        return "crowd";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.choice(
                        "method",
                        "shares",
                        List.of("majority", "shares"),
                        "shares of the votes, or the class with the most"),
                Parameter.text(ANNOTATORS, "", "whose votes count; by default all"),
                Parameter.choice(
                        FROM,
                        "column",
                        List.of("column", "topic"),
                        "votes that came with the example, or single ones of the task's topic"),
                Parameter.integer(
                        VOTES, 0, 0, 256, "topic: votes after which a label is given; 0: wait"),
                Parameter.text(WAIT, "7d", "topic: event time that an example waits for votes"));
    }

    @Override
    public Labeler create(List<String> classes, Map<String, String> given) {
        Parameters parameters = Parameters.of(this, given);
        VoteRule rule = voteRule(given);
        for (String key : List.of(VOTES, WAIT)) {
            if (rule == null && given.containsKey(key)) {
                throw new IllegalArgumentException(
                        "%s: found '%s', expected it only with from: topic"
                                .formatted(key, given.get(key)));
            }
        }
        return new CrowdLabeler(
                annotators(parameters.text(ANNOTATORS)),
                classes.size(),
                parameters.text("method").equals("majority"));
    }

    @Override
    public @Nullable VoteRule voteRule(Map<String, String> given) {
        Parameters parameters = Parameters.of(this, given);
        if (!parameters.text(FROM).equals("topic")) {
            return null;
        }
        try {
            Duration wait = Settings.duration(parameters.text(WAIT));
            return new VoteRule((int) parameters.integer(VOTES), wait);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(WAIT + ": " + e.getMessage(), e);
        }
    }

    private static Set<String> annotators(String json) {
        if (json.isEmpty()) {
            return Set.of();
        }
        List<String> names;
        try {
            names = JSON.readValue(json, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw wrong(json, e);
        }
        Set<String> annotators = new HashSet<>(names);
        if (annotators.isEmpty()
                || annotators.size() < names.size()
                || names.stream().anyMatch(String::isBlank)) {
            throw wrong(json, null);
        }
        return annotators;
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
