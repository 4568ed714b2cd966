package dev.belay.schemas;

import dev.belay.schemas.events.ModelSpec;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which examples of its split a model learns from: those of a share of the split, that fulfil a
 * condition, and that its seed draws.
 *
 * @param seed of the model
 * @param below bound of {@link IdHash#drawn}; 1: all
 * @param share from 1 to {@code shares}; 0: the whole split
 * @param shares equal parts of the split by {@code uniform("share", unit)}, the same for all seeds,
 *     so that models with different shares have no example in common
 * @param where null: none
 */
public record ExampleDraw(
        long seed, double below, int share, int shares, @Nullable TagCondition where) {
    private static final String PURPOSE = "share";

    /**
     * @throws IllegalArgumentException if the share is none of the shares
     */
    public ExampleDraw {
        if (share < 0 || share > shares || (share == 0) != (shares == 0)) {
            throw new IllegalArgumentException(
                    "found share %d of %d, expected one from 1 to the number of shares, or 0 of 0"
                            .formatted(share, shares));
        }
    }

    /** All examples that a seed draws. */
    public ExampleDraw(long seed, double below) {
        this(seed, below, 0, 0, null);
    }

    /**
     * @throws IllegalArgumentException if the spec's share or condition is wrong
     */
    public static ExampleDraw of(ModelSpec spec) {
        return new ExampleDraw(
                spec.getSeed(),
                spec.getDrawBelow(),
                spec.getShare(),
                spec.getShares(),
                spec.getWhere() == null ? null : TagCondition.parse(spec.getWhere()));
    }

    /** The same with another bound. */
    public ExampleDraw withBelow(double bound) {
        return new ExampleDraw(seed, bound, share, shares, where);
    }

    /**
     * Whether it takes an example of its split.
     *
     * @param unit as {@link IdHash#unit} returns it
     */
    public boolean takes(String unit, Map<String, String> tags) {
        return (share == 0 || (int) (IdHash.uniform(PURPOSE, unit) * shares) == share - 1)
                && (where == null || where.matches(tags))
                && IdHash.drawn(seed, unit, below);
    }
}
