package dev.belay.labelers.rules;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.belay.labelers.api.Labeler;
import dev.belay.labelers.api.LabelerFactory;
import dev.belay.labelers.rules.RulesLabeler.Combine;
import dev.belay.labelers.rules.RulesLabeler.Rule;
import dev.belay.plugins.Nearest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Kind {@code rules}. Parameters:
 *
 * <ul>
 *   <li>{@code patterns}: class: list of regular expressions ({@link Pattern}), searched anywhere
 *       in the text;
 *   <li>{@code keywords}: class: list of words or phrases, found as whole words;
 *   <li>{@code ignore-case}: true (default) or false, in all of Unicode;
 *   <li>{@code combine}: {@code majority} (default): the distribution is the share of votes of each
 *       class; {@code first}: the first rule that is found decides, patterns before keywords, in
 *       the order of the file.
 * </ul>
 *
 * For tasks of kind choice {@code patterns} and {@code keywords} are lists of texts: they are
 * searched in each option, see {@link OptionRulesLabeler}.
 */
public final class RulesFactory implements LabelerFactory {
    private static final Set<String> PARAMETERS =
            Set.of("patterns", "keywords", "ignore-case", "combine");
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public String name() {
        return "rules";
    }

    @Override
    public Labeler create(List<String> classes, Map<String, String> parameters) {
        for (String name : parameters.keySet()) {
            if (!PARAMETERS.contains(name)) {
                throw new IllegalArgumentException(
                        "unknown key '%s', expected one of %s%s"
                                .formatted(
                                        name,
                                        new TreeSet<>(PARAMETERS),
                                        Nearest.hint(name, PARAMETERS)));
            }
        }
        boolean ignoreCase =
                choice(parameters, "ignore-case", "true", Map.of("true", true, "false", false));
        Combine combine =
                choice(
                        parameters,
                        "combine",
                        "majority",
                        Map.of("first", Combine.FIRST, "majority", Combine.MAJORITY));
        int flags = ignoreCase ? Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE : 0;
        if (classes.isEmpty()) {
            return optionRules(parameters, combine, flags);
        }
        List<Rule> rules = new ArrayList<>();
        texts(parameters, "patterns", classes)
                .forEach(
                        (label, patterns) ->
                                patterns.forEach(
                                        p -> rules.add(new Rule(label, compile(p, flags)))));
        texts(parameters, "keywords", classes)
                .forEach(
                        (label, words) ->
                                words.forEach(
                                        w -> rules.add(new Rule(label, wholeWords(w, flags)))));
        if (rules.isEmpty()) {
            throw new IllegalArgumentException(
                    "no rules, expected patterns or keywords, such as keywords: {"
                            + classes.get(0)
                            + ": [a, b]}");
        }
        return new RulesLabeler(classes.size(), rules, combine);
    }

    private static Labeler optionRules(Map<String, String> parameters, Combine combine, int flags) {
        List<Pattern> rules = new ArrayList<>();
        texts(parameters, "patterns").forEach(p -> rules.add(compile(p, flags)));
        texts(parameters, "keywords").forEach(w -> rules.add(wholeWords(w, flags)));
        if (rules.isEmpty()) {
            throw new IllegalArgumentException(
                    "no rules, expected patterns or keywords, such as keywords: [a, b]");
        }
        return new OptionRulesLabeler(rules, combine);
    }

    private static <T> T choice(
            Map<String, String> parameters, String name, String otherwise, Map<String, T> choices) {
        String word = parameters.getOrDefault(name, otherwise);
        T choice = choices.get(word);
        if (choice == null) {
            throw new IllegalArgumentException(
                    "%s: found '%s', expected one of %s"
                            .formatted(name, word, new TreeSet<>(choices.keySet())));
        }
        return choice;
    }

    private static Pattern compile(String pattern, int flags) {
        try {
            return Pattern.compile(pattern, flags);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "patterns: found '%s', which is no regular expression: %s"
                            .formatted(pattern, e.getDescription()),
                    e);
        }
    }

    private static Pattern wholeWords(String words, int flags) {
        return Pattern.compile(
                "(?<![\\p{L}\\p{N}])" + Pattern.quote(words) + "(?![\\p{L}\\p{N}])", flags);
    }

    /** Texts that are searched in options. */
    private static List<String> texts(Map<String, String> parameters, String name) {
        String json = parameters.getOrDefault(name, "[]");
        List<String> texts;
        try {
            texts = JSON.readValue(json, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "%s: found %s, expected a list of texts: the task is of kind choice"
                            .formatted(name, json),
                    e);
        }
        if (texts.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException(name + ": found an empty text");
        }
        return texts;
    }

    /** Texts by the class that they vote for, in the order given. */
    private static Map<Integer, List<String>> texts(
            Map<String, String> parameters, String name, List<String> classes) {
        String json = parameters.getOrDefault(name, "{}");
        Map<String, List<String>> byName;
        try {
            byName = JSON.readValue(json, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "%s: found %s, expected a list of texts for each class".formatted(name, json),
                    e);
        }
        Map<Integer, List<String>> byLabel = new LinkedHashMap<>();
        byName.forEach(
                (label, texts) -> {
                    if (!classes.contains(label)) {
                        throw new IllegalArgumentException(
                                "%s: found class '%s', expected one of %s%s"
                                        .formatted(
                                                name,
                                                label,
                                                classes,
                                                Nearest.hint(label, classes)));
                    }
                    if (texts.stream().anyMatch(String::isBlank)) {
                        throw new IllegalArgumentException(
                                name + ": found an empty text for class '" + label + "'");
                    }
                    byLabel.put(classes.indexOf(label), texts);
                });
        return byLabel;
    }
}
