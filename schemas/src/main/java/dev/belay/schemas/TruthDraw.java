package dev.belay.schemas;

import dev.belay.schemas.events.ModelSpec;
import org.jspecify.annotations.Nullable;

/**
 * Which STUDENT examples of a task have truth, where truth is a random sample of them. All examples
 * of the other splits have it.
 *
 * @param probability with which each example has truth, independent of what it is; in (0, 1)
 * @param seed of {@link #takes}; null: another program draws, Belay knows the probability only
 */
public record TruthDraw(double probability, @Nullable Long seed) {
    /**
     * @throws IllegalArgumentException unless the probability is between 0 and 1, both excluded
     */
    public TruthDraw {
        if (!(probability > 0 && probability < 1)) {
            throw new IllegalArgumentException(
                    "the share of examples with truth must be between 0 and 1, both excluded, found"
                            + " "
                            + probability);
        }
    }

    /** That of a model's task; null: truth is no sample. */
    public static @Nullable TruthDraw of(ModelSpec spec) {
        Double probability = spec.getTruthSampled();
        return probability == null ? null : new TruthDraw(probability, spec.getTruthSeed());
    }

    /**
     * Whether an example can have truth: {@code uniform("truth:" + seed, id) < probability}, see
     * {@link IdHash}; of every one where another program draws.
     */
    public boolean takes(String id) {
        return seed == null || IdHash.uniform("truth:" + seed, id) < probability;
    }
}
