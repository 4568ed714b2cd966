package dev.belay.plugins;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A parameter of a plug-in.
 *
 * @param name as in experiment files, words separated by {@code -}
 * @param defaultValue in canonical form; empty where it must be given
 * @param expected accepted values, for error messages
 * @param canonical the one form of all ways to write a value ({@code .50} → {@code 0.5}); throws
 *     {@link IllegalArgumentException} for values that are not accepted
 * @param doc meaning and unit
 * @param kind whether it has a default, or must be given
 */
public record Parameter(
        String name,
        String defaultValue,
        String expected,
        UnaryOperator<String> canonical,
        String doc,
        Kind kind) {
    /** What is known of a value besides its form. */
    public enum Kind {
        /** It has a default. */
        OPTIONAL,
        /** It must be given. */
        REQUIRED,
        /** It must be given and names a file, in experiment files relative to their folder. */
        FILE
    }

    /** With a default. */
    public Parameter(
            String name,
            String defaultValue,
            String expected,
            UnaryOperator<String> canonical,
            String doc) {
        this(name, defaultValue, expected, canonical, doc, Kind.OPTIONAL);
    }

    /** A number from {@code min} to {@code max}, both included. */
    public static Parameter number(
            String name, double defaultValue, double min, double max, String doc) {
        return new Parameter(
                name,
                Double.toString(defaultValue),
                "a number from " + min + " to " + max,
                text -> {
                    double value = Double.parseDouble(text.strip());
                    require(value >= min && value <= max);
                    return Double.toString(value);
                },
                doc);
    }

    /** A whole number from {@code min} to {@code max}, both included. */
    public static Parameter integer(
            String name, long defaultValue, long min, long max, String doc) {
        return new Parameter(
                name,
                Long.toString(defaultValue),
                "a whole number from " + min + " to " + max,
                text -> {
                    long value = Long.parseLong(text.strip());
                    require(value >= min && value <= max);
                    return Long.toString(value);
                },
                doc);
    }

    /** {@code true} or {@code false}. */
    public static Parameter flag(String name, boolean defaultValue, String doc) {
        return choice(name, String.valueOf(defaultValue), List.of("true", "false"), doc);
    }

    /** One of some words. */
    public static Parameter choice(
            String name, String defaultValue, List<String> words, String doc) {
        return new Parameter(
                name,
                defaultValue,
                "one of " + words,
                text -> {
                    require(words.contains(text));
                    return text;
                },
                doc);
    }

    /** Any text. */
    public static Parameter text(String name, String defaultValue, String doc) {
        return new Parameter(name, defaultValue, "a text", text -> text, doc);
    }

    /** Any text but an empty one; must be given. */
    public static Parameter required(String name, String doc) {
        return new Parameter(name, "", "a text", Parameter::given, doc, Kind.REQUIRED);
    }

    /** The name of a file; must be given. */
    public static Parameter file(String name, String doc) {
        return new Parameter(name, "", "a file name", Parameter::given, doc, Kind.FILE);
    }

    private static String given(String text) {
        require(!text.isBlank());
        return text;
    }

    private static void require(boolean accepted) {
        if (!accepted) throw new IllegalArgumentException("not accepted");
    }
}
