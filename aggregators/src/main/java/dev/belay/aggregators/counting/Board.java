package dev.belay.aggregators.counting;

import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.counting.Predicted.Reading;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * What one partition knows of one phase: its examples, the columns of predictions that some
 * comparison reads, and the tallies of the comparisons.
 *
 * <p>Every change first counts the touched examples out of the tallies and then in again, so that a
 * tally always equals a recount, whatever came in which order, twice, or corrected. A row costs one
 * look-up of its id and then array accesses only, for each comparison that reads its column.
 */
public final class Board {
    /** In place of a class: the truth is not known. */
    public static final int UNKNOWN = Examples.UNKNOWN;

    private final int classes;
    private final Examples examples;
    private final Map<Predicted, Column> columns = new HashMap<>();
    private final Map<Predicted, List<Counter>> readers = new HashMap<>();
    private final Map<Comparison, Counter> counters = new HashMap<>();
    private final Set<Comparison> changed = new LinkedHashSet<>();

    /**
     * @param classes number of classes of the task
     * @param truths the class of an example by its id, or {@link #UNKNOWN}
     */
    public Board(int classes, ToIntFunction<String> truths) {
        this.classes = classes;
        this.examples = new Examples(truths);
    }

    /** The columns a comparison reads: supervisor, student and, if it has one, ceiling. */
    public static List<Predicted> columnsOf(Comparison c) {
        boolean sweep = c.phase() == Phase.HOLDOUT;
        Reading labelled = sweep ? Reading.SWEEP : Reading.LABELLED;
        Reading learned = sweep ? Reading.SWEEP : Reading.LEARNED;
        List<Predicted> columns = new ArrayList<>(3);
        columns.add(new Predicted(c.supervisor(), labelled, c.supervisorCheckpoint()));
        columns.add(new Predicted(c.student(), learned, c.checkpoint()));
        if (c.ceiling() != null) {
            columns.add(new Predicted(c.ceiling(), learned, c.ceilingCheckpoint()));
        }
        return columns;
    }

    public boolean has(Comparison comparison) {
        return counters.containsKey(comparison);
    }

    public boolean has(Predicted predicted) {
        return columns.containsKey(predicted);
    }

    /** Begins an empty column; the blocks that have come before must be {@link #add added} now. */
    public void open(Predicted predicted) {
        columns.put(predicted, new Column(classes, predicted.reading()));
        readers.put(predicted, new ArrayList<>());
    }

    /** Begins to count a comparison, whose columns must be open. */
    public void open(Comparison comparison) {
        List<Column> read = columnsOf(comparison).stream().map(this::column).toList();
        Counter counter =
                new Counter(
                        comparison,
                        read.get(0),
                        read.get(1),
                        read.size() > 2 ? read.get(2) : null,
                        examples);
        counters.put(comparison, counter);
        for (Predicted predicted : Set.copyOf(columnsOf(comparison))) {
            readers.getOrDefault(predicted, List.of()).add(counter);
        }
        changed.add(comparison);
    }

    /**
     * Takes a block's rows into an open column.
     *
     * @return whether the column has changed
     */
    public boolean add(Predicted predicted, PredictionBlock block) {
        Column column = column(predicted);
        List<Counter> counting = readers.getOrDefault(predicted, List.of());
        List<String> ids = block.getIds();
        List<Long> times = block.getEventTimesMs();
        float[] probabilities = floats(block.getProbabilities());
        boolean any = false;
        for (int i = 0; i < ids.size(); i++) {
            int example = examples.number(ids.get(i));
            long timeMs = times.get(i);
            int from = i * classes;
            if (column.wins(example, block.getCheckpoint(), timeMs, probabilities, from)) {
                any = true;
                int label = examples.label(example);
                counting.forEach(counter -> counter.count(example, label, -1));
                column.put(example, block.getCheckpoint(), timeMs, probabilities, from);
                counting.forEach(counter -> counter.count(example, label, 1));
            }
        }
        any |= column.sweepOf(block.getSweepRows());
        if (any) {
            counting.forEach(counter -> changed.add(counter.comparison()));
        }
        return any;
    }

    /** The truth of an example is now {@code label}, or {@link #UNKNOWN} again. */
    public void setTruth(String id, int label) {
        Integer example = examples.known(id);
        if (example == null || examples.label(example) == label) {
            return;
        }
        int before = examples.label(example);
        for (Counter counter : counters.values()) {
            if (counter.count(example, before, -1)) {
                counter.count(example, label, 1);
                changed.add(counter.comparison());
            }
        }
        examples.setLabel(example, label);
    }

    /** The tallies that may have changed since this was last asked. */
    public Map<Comparison, Tally> takeChanged() {
        Map<Comparison, Tally> tallies = new HashMap<>();
        for (Comparison comparison : changed) {
            Counter counter = counters.get(comparison);
            if (counter != null) {
                tallies.put(comparison, counter.tally());
            }
        }
        changed.clear();
        return tallies;
    }

    private Column column(Predicted predicted) {
        Column column = columns.get(predicted);
        if (column == null) {
            throw new IllegalStateException(predicted + " is not open");
        }
        return column;
    }

    private static float[] floats(List<Float> boxed) {
        float[] floats = new float[boxed.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = boxed.get(i);
        }
        return floats;
    }
}
