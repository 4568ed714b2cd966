package dev.belay.trainers.learning;

import dev.belay.models.Rng;
import java.util.ArrayList;
import java.util.List;

/**
 * A bounded memory of examples for replay: a uniform sample of all examples seen (reservoir
 * sampling, Vitter's algorithm R). Deterministic given the examples in their order and the
 * generators.
 */
final class ReplayMemory {
    private final int capacity;
    private final List<WeightedExample> examples;
    private long seen;

    /**
     * @param examples kept so far, in the order of {@link #examples()}
     * @param seen examples ever added
     */
    ReplayMemory(int capacity, List<WeightedExample> examples, long seen) {
        this.capacity = capacity;
        this.examples = new ArrayList<>(examples);
        this.seen = seen;
    }

    void add(List<WeightedExample> more, Rng random) {
        for (WeightedExample example : more) {
            seen++;
            if (examples.size() < capacity) {
                examples.add(example);
                continue;
            }
            long place = (long) (random.nextDouble() * seen);
            if (place < capacity) examples.set((int) place, example);
        }
    }

    /** Draws {@code count} examples without replacement, or all if there are fewer. */
    List<WeightedExample> draw(long count, Rng random) {
        int[] places = new int[examples.size()];
        for (int i = 0; i < places.length; i++) places[i] = i;
        int drawn = (int) Math.min(count, places.length);
        random.shuffle(places, drawn);
        var draw = new ArrayList<WeightedExample>(drawn);
        for (int i = 0; i < drawn; i++) draw.add(examples.get(places[i]));
        return draw;
    }

    /** Examples ever added. */
    long seen() {
        return seen;
    }

    List<WeightedExample> examples() {
        return List.copyOf(examples);
    }
}
