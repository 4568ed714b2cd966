package dev.belay.aggregators.counting;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * The slices of an example, one for each of its tags: {@code name=value}, sorted. Empty for an
 * example without tags.
 *
 * <p>Bounded, because tags are other programs' input and each slice has tallies: of more than
 * {@value #MOST_TAGS} tags the last ones, and tags longer than {@value #MOST_CHARS} characters, are
 * together in the slice {@value #OTHER}.
 */
public record Slices(List<String> names) implements Comparable<Slices> {
    /** Of tags without a slice of their own; no slice of a tag has this name. */
    public static final String OTHER = "other";

    public static final Slices NONE = new Slices(List.of());

    /** Slices of one example, {@link #OTHER} apart. */
    public static final int MOST_TAGS = 32;

    static final int MOST_CHARS = 200;

    public Slices {
        names = List.copyOf(names);
    }

    public static Slices of(Map<String, String> tags) {
        if (tags.isEmpty()) {
            return NONE;
        }
        List<String> sorted =
                tags.entrySet().stream()
                        .map(tag -> tag.getKey() + "=" + tag.getValue())
                        .sorted()
                        .toList();
        return new Slices(
                IntStream.range(0, sorted.size())
                        .mapToObj(
                                i ->
                                        i < MOST_TAGS && sorted.get(i).length() <= MOST_CHARS
                                                ? sorted.get(i)
                                                : OTHER)
                        .distinct()
                        .sorted()
                        .map(String::intern) // one text for all examples of a slice
                        .toList());
    }

    /** The same with {@link #OTHER} in place of slices that have no tally of their own. */
    Slices named(Predicate<String> own) {
        return names.stream().allMatch(own)
                ? this
                : new Slices(
                        names.stream()
                                .map(name -> own.test(name) ? name : OTHER)
                                .distinct()
                                .sorted()
                                .toList());
    }

    public boolean isEmpty() {
        return names.isEmpty();
    }

    /** Lexicographic, so that versions of a truth have one order. */
    @Override
    public int compareTo(Slices other) {
        return Arrays.compare(names.toArray(String[]::new), other.names.toArray(String[]::new));
    }
}
