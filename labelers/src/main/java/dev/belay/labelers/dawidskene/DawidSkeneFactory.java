package dev.belay.labelers.dawidskene;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.labelers.api.LabelerFactory;
import dev.belay.labelers.api.LearningLabeler;
import dev.belay.labelers.api.VoteParameters;
import dev.belay.labelers.api.VoteRule;
import dev.belay.labelers.dawidskene.DawidSkeneSettings.Abstentions;
import dev.belay.labelers.dawidskene.DawidSkeneSettings.Model;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Kind {@code dawid-skene}: the probability of each class given the votes of three or more sources,
 * or of annotators, whose error rates are learned from the votes as they arrive ({@link
 * DawidSkene}); tasks of kind choice are refused. A source's vote is its most probable class.
 * Abstains where no source has voted, unless abstentions are outcomes.
 */
public final class DawidSkeneFactory implements LabelerFactory {
    private static final String BALANCED = "balanced";
    private static final String LEARNED = "learned";
    private static final String ALL = "all";
    private static final int LEAST_SOURCES = 3;
    private static final int MOST_ANNOTATORS = 1_000;
    private static final String LONGEST = "%064d"; // names have at most 64 characters
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public String name() {
        return "dawid-skene";
    }

    @Override
    public boolean learns() {
        return true;
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>(VoteParameters.ofVotes());
        Collections.addAll(
                parameters,
                Parameter.text(
                        VoteParameters.ANNOTATORS,
                        "",
                        "in place of sources: all, or a list of those whose votes count"),
                Parameter.choice(
                        "model",
                        "full",
                        List.of("full", "one-coin"),
                        "full: a confusion matrix a source; one-coin: one accuracy a source"),
                Parameter.choice(
                        "abstentions",
                        "ignored",
                        List.of("ignored", "outcome"),
                        "whether that a source abstains says something about the class"),
                Parameter.text(
                        "prior",
                        BALANCED,
                        "balanced, learned, or the probability of each class, in their order"),
                Parameter.number(
                        "smoothing", 1, 1e-6, 1e6, "pseudo-votes in each cell of each matrix"),
                Parameter.number(
                        "diagonal", 4, 0, 1e6, "pseudo-votes for the true class, beside those"),
                Parameter.number(
                        "step-exponent",
                        1,
                        .501,
                        1,
                        "below 1 early votes fade; 1: all count alike"),
                Parameter.integer(
                        "warm-up", 0, 0, 100_000, "first examples whose votes are kept and swept"));
        return parameters;
    }

    @Override
    public LearningLabeler create(List<String> classes, Map<String, String> parameters) {
        return create(classes, parameters, List.of());
    }

    @Override
    public LearningLabeler create(
            List<String> classes, Map<String, String> given, List<String> sources) {
        Parameters parameters = Parameters.of(this, given);
        if (classes.isEmpty()) {
            throw new IllegalArgumentException(
                    "kind '" + name() + "': found a task of kind choice, expected one of classes");
        }
        VoteRule unused = voteRule(given);
        String annotators = parameters.text(VoteParameters.ANNOTATORS);
        if (annotators.isEmpty() ? sources.size() < LEAST_SOURCES : !sources.isEmpty()) {
            throw new IllegalArgumentException(
                    "kind '%s': found %d sources and annotators '%s', expected %d or more sources, or annotators"
                            .formatted(name(), sources.size(), annotators, LEAST_SOURCES));
        }
        if (annotators.equals(ALL)) {
            return ofAll(settings(classes.size(), parameters, List.of(ALL)));
        }
        List<String> names = annotators.isEmpty() ? sources : VoteParameters.annotators(annotators);
        DawidSkeneSettings settings = settings(classes.size(), parameters, names);
        check(settings);
        return annotators.isEmpty()
                ? new DawidSkeneLabeler(settings)
                : new AnnotatorsLabeler(settings, false, names.size());
    }

    /** One for as many annotators as the state has room for, {@link #MOST_ANNOTATORS} at most. */
    private static LearningLabeler ofAll(DawidSkeneSettings settings) {
        List<String> names =
                IntStream.range(0, MOST_ANNOTATORS).mapToObj(LONGEST::formatted).toList();
        int most = MOST_ANNOTATORS;
        while (most > LEAST_SOURCES && !fits(settings.withSources(names.subList(0, most)))) {
            most--;
        }
        check(settings.withSources(names.subList(0, most)));
        return new AnnotatorsLabeler(settings, true, most);
    }

    private static DawidSkeneSettings settings(
            int classes, Parameters parameters, List<String> sources) {
        return new DawidSkeneSettings(
                classes,
                sources,
                parameters.text("model").equals("full") ? Model.FULL : Model.ONE_COIN,
                parameters.text("abstentions").equals("ignored")
                        ? Abstentions.IGNORED
                        : Abstentions.OUTCOME,
                prior(parameters.text("prior"), classes),
                parameters.number("smoothing"),
                parameters.number("diagonal"),
                parameters.number("step-exponent"),
                Math.toIntExact(parameters.integer("warm-up")));
    }

    private static boolean fits(DawidSkeneSettings settings) {
        return StateFormat.mostBytes(settings) <= LearningLabeler.MOST_BYTES;
    }

    private static void check(DawidSkeneSettings settings) {
        if (!fits(settings)) {
            throw new IllegalArgumentException(
                    "warm-up %d: found a state of up to %d bytes with %d sources of %d classes, expected at most %d"
                            .formatted(
                                    settings.warmUp(),
                                    StateFormat.mostBytes(settings),
                                    settings.sources().size(),
                                    settings.classes(),
                                    LearningLabeler.MOST_BYTES));
        }
    }

    @Override
    public @Nullable VoteRule voteRule(Map<String, String> given) {
        Parameters parameters = Parameters.of(this, given);
        String annotators = parameters.text(VoteParameters.ANNOTATORS);
        VoteRule rule =
                VoteParameters.rule(
                        parameters,
                        given,
                        annotators.isEmpty() || annotators.equals(ALL)
                                ? List.of()
                                : VoteParameters.annotators(annotators));
        if (rule != null && annotators.isEmpty()) {
            throw new IllegalArgumentException(
                    "from: found 'topic', expected it only with annotators");
        }
        return rule;
    }

    /** Probability of each class; empty: it is learned. */
    private static List<Double> prior(String text, int classes) {
        if (text.equals(LEARNED)) {
            return List.of();
        }
        if (text.equals(BALANCED)) {
            return Collections.nCopies(classes, 1.0 / classes);
        }
        List<Double> prior;
        try {
            prior = JSON.readValue(text, new TypeReference<List<Double>>() {});
        } catch (JsonProcessingException e) {
            throw wrongPrior(text, classes, e);
        }
        if (prior.isEmpty() || prior.contains(null)) {
            throw wrongPrior(text, classes, null);
        }
        return prior;
    }

    private static IllegalArgumentException wrongPrior(
            String found, int classes, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "prior: found %s, expected '%s', '%s', or a list of %d probabilities with a sum of 1"
                        .formatted(found, BALANCED, LEARNED, classes),
                cause);
    }
}
