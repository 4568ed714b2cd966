package dev.belay.schemas;

import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A condition on one tag of an example: {@code rating < 1500}, {@code language = en}. An example
 * without the tag, or whose tag is no number where a number is asked for, does not fulfil it.
 *
 * @param value for {@code =} and {@code !=} a text, compared as it is; else a finite number
 */
public record TagCondition(String tag, Operator operator, String value) {
    private static final Pattern TEXT =
            Pattern.compile("\\s*(.+?)\\s*(<=|>=|!=|=|<|>)\\s*(.+?)\\s*");

    /** How tag and value are compared. */
    public enum Operator {
        EQUAL("="),
        NOT_EQUAL("!="),
        BELOW("<"),
        AT_MOST("<="),
        ABOVE(">"),
        AT_LEAST(">=");

        private final String sign;

        Operator(String sign) {
            this.sign = sign;
        }

        private boolean comparesTexts() {
            return this == EQUAL || this == NOT_EQUAL;
        }
    }

    /**
     * @throws IllegalArgumentException if it is compared by size with what is no finite number
     */
    public TagCondition {
        if (!operator.comparesTexts() && !Double.isFinite(number(value))) {
            throw new IllegalArgumentException(
                    "found '%s', expected a number after %s".formatted(value, operator.sign));
        }
    }

    /**
     * Reads NAME OPERATOR VALUE.
     *
     * @throws IllegalArgumentException if it is something else, with what was found and expected
     */
    public static TagCondition parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    ("found '%s', expected a condition on a tag, NAME OPERATOR VALUE with one of ="
                                    + " != < <= > >=, such as 'rating < 1500'")
                            .formatted(text));
        }
        Operator operator =
                Arrays.stream(Operator.values())
                        .filter(o -> o.sign.equals(matcher.group(2)))
                        .findFirst()
                        .orElseThrow();
        return new TagCondition(matcher.group(1), operator, matcher.group(3));
    }

    /** Whether an example with these tags fulfils it. */
    public boolean matches(Map<String, String> tags) {
        String found = tags.get(tag);
        if (found == null) {
            return false;
        }
        double number = operator.comparesTexts() ? 0 : number(found);
        double limit = operator.comparesTexts() ? 0 : number(value);
        // a comparison with NaN, of a tag that is no number, is false
        return switch (operator) {
            case EQUAL -> found.equals(value);
            case NOT_EQUAL -> !found.equals(value);
            case BELOW -> number < limit;
            case AT_MOST -> number <= limit;
            case ABOVE -> number > limit;
            case AT_LEAST -> number >= limit;
        };
    }

    /** What {@link #parse} reads. */
    @Override
    public String toString() {
        return tag + " " + operator.sign + " " + value;
    }

    /** NaN if it is none. */
    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }
}
