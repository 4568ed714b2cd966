package dev.belay.trainers.learning;

import dev.belay.models.Rng;
import dev.belay.trainers.labels.LabelledExample;
import java.util.ArrayList;
import java.util.List;

/**
 * A bounded memory of examples to learn from again: a uniform sample of all examples seen (Vitter's
 * reservoir, algorithm R), so that early ones are not forgotten. A function of the examples in
 * their order and of the generators given.
 */
final class ReplayMemory {
    private final int capacity;
    private final List<LabelledExample> examples;
    private long seen;

    /**
     * @param examples kept so far, in the order of {@link #examples()}
     * @param seen examples ever added
     */
    ReplayMemory(int capacity, List<LabelledExample> examples, long seen) {
        this.capacity = capacity;
        this.examples = new ArrayList<>(examples);
        this.seen = seen;
    }

    void add(List<LabelledExample> more, Rng random) {
        for (LabelledExample example : more) {
            seen++;
            if (examples.size() < capacity) {
                examples.add(example);
                continue;
            }
            long place = (long) (random.nextDouble() * seen);
            if (place < capacity) examples.set((int) place, example);
        }
    }

    /** This many of them, or all if there are fewer, without replacement. */
    List<LabelledExample> draw(long count, Rng random) {
        int[] places = new int[examples.size()];
        for (int i = 0; i < places.length; i++) places[i] = i;
        int drawn = (int) Math.min(count, places.length);
        random.shuffle(places, drawn);
        var draw = new ArrayList<LabelledExample>(drawn);
        for (int i = 0; i < drawn; i++) draw.add(examples.get(places[i]));
        return draw;
    }

    /** Examples ever added. */
    long seen() {
        return seen;
    }

    List<LabelledExample> examples() {
        return List.copyOf(examples);
    }
}
