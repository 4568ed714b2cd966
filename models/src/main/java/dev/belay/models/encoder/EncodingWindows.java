package dev.belay.models.encoder;

import dev.belay.models.input.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Windows of inputs that are encoded together. An encoder sorts the texts of a window by length, so
 * a window should fill many batches; until it is done, its progress is not reported, its rows are
 * not stored, and who asks for another input waits. A window is 20 to 30 batches of text, whatever
 * the lengths are: some seconds of work.
 */
public final class EncodingWindows {
    /** Of short texts: a bound for the list itself. */
    private static final int INPUTS = 1_024;

    /** Less than 30,000 tokens of English. */
    private static final int SIZE = 1 << 17;

    /** An input counts at most this: encoders read no more than a few thousand characters of it. */
    private static final int LARGEST = 4_096;

    private EncodingWindows() {}

    /** Consecutive windows of at least one input each. */
    public static List<List<Input>> of(List<Input> inputs) {
        return of(inputs, input -> input);
    }

    /**
     * Consecutive windows of at least one item each.
     *
     * @param input of an item
     */
    static <T> List<List<T>> of(List<T> items, Function<T, Input> input) {
        var windows = new ArrayList<List<T>>();
        int from = 0;
        int size = 0;
        for (int i = 0; i < items.size(); i++) {
            int next = Math.min(LARGEST, size(input.apply(items.get(i))));
            if (i > from && (size + next > SIZE || i - from == INPUTS)) {
                windows.add(items.subList(from, i));
                from = i;
                size = 0;
            }
            size += next;
        }
        if (from < items.size()) windows.add(items.subList(from, items.size()));
        return windows;
    }

    /** Characters, bytes of an image, or features; what no encoder accepts takes no room. */
    private static int size(Input input) {
        if (input instanceof Input.Content content)
            return content.bytes() == null ? 0 : content.bytes().length;
        if (input instanceof Input.Vector vector) return vector.features().length;
        return input instanceof Input.Choice ? 0 : input.text().length();
    }
}
