package dev.belay.aggregators.counting;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The examples of a partition that have been predicted: numbered from 0 as they come, with their
 * truth. Numbers live in memory only and differ from run to run.
 */
final class Examples {
    /** In place of a class: the truth is not known. */
    static final int UNKNOWN = -1;

    private final Map<String, Integer> numberById = new HashMap<>();
    private final ToIntFunction<String> truths;
    private int[] labels = new int[64];

    /**
     * @param truths asked once for each example that is new: its class, or {@link #UNKNOWN}
     */
    Examples(ToIntFunction<String> truths) {
        this.truths = truths;
    }

    int size() {
        return numberById.size();
    }

    /** The example's number; a new one if it is new. */
    int number(String id) {
        Integer known = numberById.get(id);
        if (known != null) {
            return known;
        }
        int number = numberById.size();
        numberById.put(id, number);
        if (number == labels.length) {
            labels = Arrays.copyOf(labels, number * 2);
        }
        labels[number] = truths.applyAsInt(id);
        return number;
    }

    /** The example's number; null if nobody has predicted it. */
    @Nullable Integer known(String id) {
        return numberById.get(id);
    }

    int label(int number) {
        return labels[number];
    }

    void setLabel(int number, int label) {
        labels[number] = label;
    }
}
