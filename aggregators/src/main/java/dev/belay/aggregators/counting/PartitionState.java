package dev.belay.aggregators.counting;

import dev.belay.aggregators.comparison.Comparison;
import dev.belay.aggregators.counting.ColumnKey.Reading;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.schemas.BlockColumns;
import dev.belay.schemas.events.Phase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * State of one partition and phase: its examples, the columns of predictions that comparisons read,
 * and the tallies of the comparisons.
 *
 * <p>Every change first removes the affected examples from the tallies and then adds them again, so
 * a tally always equals a recount, in any order of arrival and with repetitions and corrections. A
 * row costs only array accesses for each comparison that reads its column; ids are looked up once
 * per {@link IdList}.
 */
public final class PartitionState {
    private final int classes;
    private final Lateness lateness;
    private final ExampleIndex examples;
    private final Map<ColumnKey, Column> columns = new HashMap<>();
    private final Map<ColumnKey, List<ComparisonCounter>> readers = new HashMap<>();
    private final Map<Comparison, ComparisonCounter> counters = new HashMap<>();
    private final Set<ComparisonCounter> changed = new LinkedHashSet<>(); // since the last call
    private int[] fresh = new int[1024];
    private long expiredMs;

    /**
     * @param classes number of classes of the task, or {@link PairTable#CHOICE}
     * @param expiredMs through which time examples have expired before, see {@link #pass}
     * @param truthOf the truth of an example by its id in UTF-8
     */
    public PartitionState(
            int classes,
            Lateness lateness,
            long expiredMs,
            Function<byte[], TruthHistory> truthOf) {
        this.classes = classes;
        this.lateness = lateness;
        this.expiredMs = expiredMs;
        this.examples = new ExampleIndex(truthOf);
    }

    /** The columns a comparison reads: supervisor, student and, if it has one, ceiling. */
    public static List<ColumnKey> columnsOf(Comparison c) {
        boolean sweep = c.phase() == Phase.HOLDOUT;
        Reading labelled = sweep ? Reading.SWEEP : Reading.LABELLED;
        Reading learned = sweep ? Reading.SWEEP : Reading.LEARNED;
        List<ColumnKey> columns = new ArrayList<>(3);
        columns.add(new ColumnKey(c.supervisor(), labelled, c.supervisorCheckpoint()));
        columns.add(new ColumnKey(c.student(), learned, c.checkpoint()));
        if (c.ceiling() != null) {
            columns.add(new ColumnKey(c.ceiling(), learned, c.ceilingCheckpoint()));
        }
        return columns;
    }

    public boolean has(Comparison comparison) {
        return counters.containsKey(comparison);
    }

    public boolean has(ColumnKey predicted) {
        return columns.containsKey(predicted);
    }

    /** Opens an empty column; blocks received before must be {@link #add added} now. */
    public void open(ColumnKey predicted) {
        columns.put(predicted, new Column(classes, predicted.reading(), examples.size()));
        readers.put(predicted, new ArrayList<>());
    }

    /** Opens a comparison, whose columns must be open. */
    public void open(Comparison comparison) {
        List<Column> read = columnsOf(comparison).stream().map(this::column).toList();
        ComparisonCounter counter =
                new ComparisonCounter(
                        comparison,
                        read.get(0),
                        read.get(1),
                        read.size() > 2 ? read.get(2) : null,
                        examples,
                        lateness,
                        classes,
                        expiredMs);
        counters.put(comparison, counter);
        changed.add(counter);
        for (ColumnKey predicted : Set.copyOf(columnsOf(comparison))) {
            readers.getOrDefault(predicted, List.of()).add(counter);
        }
    }

    /** Marks the tally of a comparison's window or slice to be sent again, even if it is empty. */
    public void touch(Comparison part) {
        ComparisonCounter counter = counters.get(part.whole());
        if (counter != null) {
            counter.touch(part);
        }
    }

    /** Ends a comparison; its columns go with it unless others read them. */
    public void close(Comparison comparison) {
        ComparisonCounter counter = counters.remove(comparison);
        changed.remove(counter);
        for (ColumnKey predicted : columnsOf(comparison)) {
            List<ComparisonCounter> rest = readers.getOrDefault(predicted, new ArrayList<>());
            rest.remove(counter);
            if (rest.isEmpty()) {
                readers.remove(predicted);
                columns.remove(predicted);
            }
        }
    }

    /** The comparisons that read a column. */
    public List<Comparison> readersOf(ColumnKey predicted) {
        return readers.getOrDefault(predicted, List.of()).stream()
                .map(ComparisonCounter::comparison)
                .toList();
    }

    /**
     * Whether a comparison is open, all of its models have predicted all examples of this
     * partition, and the truth of each is known.
     */
    public boolean isDone(Comparison comparison) {
        ComparisonCounter counter = counters.get(comparison);
        return counter != null && counter.isDone();
    }

    /**
     * Whether a comparison is open, and all that its student has predicted of this partition is
     * counted.
     */
    public boolean isCovered(Comparison comparison) {
        ComparisonCounter counter = counters.get(comparison);
        return counter != null && counter.isCovered();
    }

    /** Removes examples that are in no column. */
    public void forgetUnpredicted() {
        for (int example = 0; example < examples.size(); example++) {
            if (!examples.isFree(example) && !predicted(example)) {
                examples.free(example);
            }
        }
    }

    private boolean predicted(int example) {
        for (Column column : columns.values()) {
            if (column.has(example)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Adds a block's rows to an open column.
     *
     * @param roster the block's ids
     * @return whether the column has changed
     */
    public boolean add(ColumnKey predicted, BlockColumns block, IdList roster) {
        Column column = column(predicted);
        List<ComparisonCounter> counting = readers.getOrDefault(predicted, List.of());
        int[] numbers = roster.numbers(examples);
        if (fresh.length < numbers.length) {
            fresh = new int[numbers.length];
        }
        // an evaluator's sweeps as a whole; the rest row by row
        int quick = column.putFresh(numbers, roster.consecutive(), block);
        boolean whole = quick == numbers.length;
        for (ComparisonCounter counter : counting) {
            counter.count(numbers, quick, whole ? numbers : null);
        }
        int waiting = 0;
        boolean any = quick > 0;
        for (int row = quick; row < numbers.length; row++) {
            int example = numbers[row];
            if (!column.has(example)) {
                column.put(example, block, row);
                fresh[waiting++] = example;
                any = true;
            } else if (column.wins(example, block, row)) {
                count(counting, waiting); // an id twice in one block
                waiting = 0;
                counting.forEach(counter -> counter.count(example, -1));
                column.put(example, block, row);
                counting.forEach(counter -> counter.count(example, 1));
                any = true;
            }
        }
        count(counting, waiting);
        any |= column.sweepOf(block.sweepRows());
        if (any && predicted.reading() == ColumnKey.Reading.SWEEP) {
            // rows that no other model predicted count as nothing, but may complete the sweep
            counting.forEach(ComparisonCounter::touch);
        }
        noteChanged(counting);
        return any;
    }

    /**
     * Registers a block of the PROGRESSIVE stream, read by a column or not: its examples do not
     * expire before its rows' times.
     */
    public void keep(BlockColumns block, IdList roster) {
        int[] numbers = roster.numbers(examples);
        for (int row = 0; row < numbers.length; row++) {
            examples.predicted(numbers[row], block.times().at(row));
        }
    }

    /**
     * The rows of a block that still count: those newer than the expiry time, and older ones whose
     * example has not expired because another prediction of it is newer.
     *
     * @return the block itself if all do; null if none does
     */
    public @Nullable BlockColumns unexpired(BlockColumns block) {
        if (block.times().oldest() > expiredMs) {
            return block;
        }
        int[] rows = new int[block.rows()];
        int[] count = {0};
        block.ids()
                .forEach(
                        (row, bytes, from, to) -> {
                            if (block.times().at(row) > expiredMs
                                    || knows(Arrays.copyOfRange(bytes, from, to))) {
                                rows[count[0]++] = row;
                            }
                        });
        if (count[0] == rows.length) {
            return block;
        }
        return count[0] == 0 ? null : block.select(Arrays.copyOf(rows, count[0]));
    }

    /** Whether an example has been predicted, and has not expired since. */
    boolean knows(byte[] id) {
        return examples.known(id) != null;
    }

    /** Greatest number of options of a choice example in any column; 0: not known. */
    public int options(byte[] id) {
        Integer example = classes == PairTable.CHOICE ? examples.known(id) : null;
        return example == null
                ? 0
                : columns.values().stream()
                        .filter(column -> column.has(example))
                        .mapToInt(column -> column.size(example))
                        .max()
                        .orElse(0);
    }

    /** Registers a change of an example's truth. */
    public void setTruths(byte[] id, TruthHistory now) {
        Integer example = examples.known(id);
        if (example == null || examples.truths(example).equals(now)) {
            return;
        }
        counters.values().forEach(counter -> counter.count(example, -1));
        examples.setTruths(example, now);
        counters.values().forEach(counter -> counter.count(example, 1));
        noteChanged(counters.values());
    }

    private void noteChanged(Collection<ComparisonCounter> some) {
        for (ComparisonCounter counter : some) {
            if (counter.hasChanged()) {
                changed.add(counter);
            }
        }
    }

    /**
     * Passes on the tallies that may have changed since the last call: those of a comparison's
     * slices before its own.
     */
    public void takeChanged(BiConsumer<Comparison, Tally> taker) {
        changed.forEach(counter -> counter.takeChanged(taker));
        changed.clear();
    }

    /** Newest event time of a column; {@link Long#MIN_VALUE} if it is not open or empty. */
    public long newestTimeMs(ColumnKey predicted) {
        Column column = columns.get(predicted);
        return column == null ? Long.MIN_VALUE : column.newestTimeMs();
    }

    /**
     * Examples expire whose time is {@code throughMs} or earlier: an example's time is the greatest
     * event time of its predictions that were {@link #keep kept}. An example expires as a whole,
     * for all comparisons at once, so nothing that is received later counts it again; a later
     * prediction of its id is of a new example. Windows that end by then are closed.
     *
     * @param retired takes what each comparison had counted of the expired examples
     * @param over takes the windows that are closed
     * @param gone takes the ids of the expired examples
     */
    public void pass(
            long throughMs,
            BiConsumer<Comparison, Tally> retired,
            Consumer<Comparison> over,
            Consumer<byte[]> gone) {
        expiredMs = throughMs;
        int[] expired = examples.through(throughMs);
        counters.values().forEach(counter -> counter.retire(expired, retired));
        counters.values().forEach(counter -> counter.closeWindows(throughMs, over));
        for (int example : expired) {
            columns.values().forEach(column -> column.remove(example));
            gone.accept(examples.free(example));
        }
    }

    private void count(List<ComparisonCounter> counting, int waiting) {
        for (ComparisonCounter counter : counting) {
            counter.count(fresh, waiting, null);
        }
    }

    private Column column(ColumnKey predicted) {
        Column column = columns.get(predicted);
        if (column == null) {
            throw new IllegalStateException(predicted + " is not open");
        }
        return column;
    }
}
