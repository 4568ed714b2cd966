package dev.belay.labelers.crowd;

import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerFactory;
import dev.belay.labelers.api.VoteParameters;
import dev.belay.labelers.api.VoteRule;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Kind {@code crowd}: the votes of annotators, see {@link CrowdLabeler}. */
public final class CrowdFactory implements LabelerFactory {
    @Override
    public String name() {
        return "crowd";
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>();
        parameters.add(
                Parameter.choice(
                        "method",
                        "shares",
                        List.of("majority", "shares"),
                        "shares of the votes, or the class with the most"));
        parameters.add(
                Parameter.text(VoteParameters.ANNOTATORS, "", "whose votes count; by default all"));
        parameters.addAll(VoteParameters.ofVotes());
        return parameters;
    }

    @Override
    public Labeler create(List<String> classes, Map<String, String> given) {
        Parameters parameters = Parameters.of(this, given);
        VoteRule unused = voteRule(given);
        return new CrowdLabeler(
                Set.copyOf(annotators(parameters)),
                classes.size(),
                parameters.text("method").equals("majority"));
    }

    @Override
    public @Nullable VoteRule voteRule(Map<String, String> given) {
        Parameters parameters = Parameters.of(this, given);
        return VoteParameters.rule(parameters, given, annotators(parameters));
    }

    private static List<String> annotators(Parameters parameters) {
        String json = parameters.text(VoteParameters.ANNOTATORS);
        return json.isEmpty() ? List.of() : VoteParameters.annotators(json);
    }
}
