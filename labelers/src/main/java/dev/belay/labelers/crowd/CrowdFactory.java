package dev.belay.labelers.crowd;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerFactory;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Kind {@code crowd}: the votes of annotators, see {@link CrowdLabeler}. */
public final class CrowdFactory implements LabelerFactory {
    private static final String ANNOTATORS = "annotators";
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
                Parameter.text(ANNOTATORS, "", "whose votes count; by default all"));
    }

    @Override
    public Labeler create(List<String> classes, Map<String, String> given) {
        Parameters parameters = Parameters.of(this, given);
        return new CrowdLabeler(
                annotators(parameters.text(ANNOTATORS)),
                classes.size(),
                parameters.text("method").equals("majority"));
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
