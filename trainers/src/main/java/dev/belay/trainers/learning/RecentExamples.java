package dev.belay.trainers.learning;

import dev.belay.models.loss.Window;
import dev.belay.models.network.Network;
import java.util.ArrayList;
import java.util.List;

/**
 * The last examples learned from, new and replayed ones, for losses with a window.
 *
 * @param <I> input of the network
 */
final class RecentExamples<I> implements Window {
    private final Network<I> network;
    private final int capacity;
    private final List<Lesson<I>> rows = new ArrayList<>();

    /**
     * @param capacity of the window; 0 = none
     */
    RecentExamples(Network<I> network, int capacity) {
        this.network = network;
        this.capacity = capacity;
    }

    /** Appends a batch; the oldest beyond the capacity are dropped. */
    void add(List<Lesson<I>> batch) {
        rows.addAll(batch);
        if (rows.size() > capacity) rows.subList(0, rows.size() - capacity).clear();
    }

    /** Oldest first. */
    List<WeightedExample> examples() {
        return rows.stream().map(Lesson::weighted).toList();
    }

    @Override
    public int size() {
        return rows.size();
    }

    @Override
    public float[][] labels(int from, int to) {
        return Lesson.labels(rows.subList(from, to));
    }

    @Override
    public float[][] probabilities(int from, int to) {
        return from == to ? new float[0][] : network.predict(Lesson.inputs(rows.subList(from, to)));
    }
}
