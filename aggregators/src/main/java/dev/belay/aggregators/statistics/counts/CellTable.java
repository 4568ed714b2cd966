package dev.belay.aggregators.statistics.counts;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * How often each joint outcome of an example occurred: (ŵ right?, ŝ right?, ĉ right?, ŝ = ŵ?), for
 * supervisor w, student s and ceiling c against the truth.
 *
 * <p>Index = {@code 8·[ŵ right] + 4·[ŝ right] + 2·[ĉ right] + [ŝ = ŵ]}; six of the sixteen can't
 * occur (both right but different; one right, one wrong, yet the same). Immutable. A table is a
 * count of examples or a difference of two such counts, so cells may be negative; statistics are
 * defined for counts only. {@link #merge} is associative and commutative, {@link #subtract} its
 * inverse.
 */
public final class CellTable {
    /** Number of cells. */
    public static final int SIZE = 16;

    public static final int SUPERVISOR = 8;
    public static final int STUDENT = 4;
    public static final int CEILING = 2;
    public static final int SAME = 1;

    /** No examples. */
    public static final CellTable EMPTY = new CellTable(new long[SIZE]);

    private final long[] cells;

    private CellTable(long[] cells) {
        this.cells = cells;
    }

    /**
     * A table of the given counts, copied.
     *
     * @throws IllegalArgumentException if there are not 16, or an impossible cell is not 0
     */
    public static CellTable of(long... counts) {
        if (counts.length != SIZE) {
            throw new IllegalArgumentException("a table has 16 cells, got " + counts.length);
        }
        for (int i = 0; i < SIZE; i++) {
            if (counts[i] != 0 && !possible(i)) {
                throw new IllegalArgumentException(
                        "cell " + i + " can't occur, but counts " + counts[i]);
            }
        }
        return new CellTable(counts.clone());
    }

    /** As {@link #of(long...)}, from the boxed counts of events. */
    public static CellTable of(List<Long> counts) {
        return of(counts.stream().mapToLong(Long::longValue).toArray());
    }

    /**
     * The cell of an example, from the classes.
     *
     * @param ceilingRight false while there is no ceiling
     * @return index in [0, 16)
     */
    public static int cell(int truth, int supervisor, int student, boolean ceilingRight) {
        return same(supervisor, truth) * SUPERVISOR
                | same(student, truth) * STUDENT
                | (ceilingRight ? CEILING : 0)
                | same(student, supervisor) * SAME;
    }

    /**
     * 1 if two classes are the same, else 0. Without a branch: the outcome is unpredictable, and a
     * mispredicted branch costs more than the rest of counting an example.
     */
    static int same(int one, int other) {
        return ((one ^ other) - 1) >>> 31;
    }

    /** False for contradictory cells, such as both right but different. */
    public static boolean possible(int cell) {
        boolean supervisor = (cell & SUPERVISOR) != 0;
        boolean student = (cell & STUDENT) != 0;
        boolean same = (cell & SAME) != 0;
        return same ? supervisor == student : !(supervisor && student);
    }

    /** By cell: 1 if its bits under {@code mask} are {@code bits}, else 0. */
    public static double[] indicator(int mask, int bits) {
        double[] scores = new double[SIZE];
        Arrays.setAll(scores, cell -> (cell & mask) == bits ? 1 : 0);
        return scores;
    }

    /** By cell: [the model of this bit right] − [ŵ right]. */
    public static double[] difference(int model) {
        double[] scores = indicator(model, model);
        Arrays.setAll(scores, cell -> scores[cell] - ((cell & SUPERVISOR) != 0 ? 1 : 0));
        return scores;
    }

    /** This table with one more example in {@code cell}. */
    public CellTable add(int cell) {
        if (!possible(cell)) {
            throw new IllegalArgumentException("cell " + cell + " can't occur");
        }
        long[] sum = cells.clone();
        sum[cell] = Math.addExact(sum[cell], 1);
        return new CellTable(sum);
    }

    /** Cell-wise sum. */
    public CellTable merge(CellTable other) {
        long[] sum = new long[SIZE];
        Arrays.setAll(sum, i -> Math.addExact(cells[i], other.cells[i]));
        return new CellTable(sum);
    }

    /** Cell-wise difference. */
    public CellTable subtract(CellTable other) {
        long[] difference = new long[SIZE];
        Arrays.setAll(difference, i -> Math.subtractExact(cells[i], other.cells[i]));
        return new CellTable(difference);
    }

    /** The count in one cell. */
    public long get(int cell) {
        return cells[cell];
    }

    /** Examples counted. */
    public long n() {
        return sum(0, 0);
    }

    /** Examples the supervisor got right. */
    public long supervisorRight() {
        return sum(SUPERVISOR, SUPERVISOR);
    }

    /** Examples the student got right. */
    public long studentRight() {
        return sum(STUDENT, STUDENT);
    }

    /** Examples the ceiling got right; 0 while there is none. */
    public long ceilingRight() {
        return sum(CEILING, CEILING);
    }

    /** Examples for which student and supervisor predict the same class. */
    public long same() {
        return sum(SAME, SAME);
    }

    /** Those of {@link #same} on which the supervisor is right. */
    public long sameAndSupervisorRight() {
        return sum(SAME | SUPERVISOR, SAME | SUPERVISOR);
    }

    /** The 16 counts, copied. */
    public long[] toArray() {
        return cells.clone();
    }

    /** The 16 counts, boxed for events. */
    public List<Long> toList() {
        return LongStream.of(cells).boxed().toList();
    }

    /** Sum over the cells whose bits under {@code mask} are {@code bits}. */
    public long sum(int mask, int bits) {
        long sum = 0;
        for (int i = 0; i < SIZE; i++) {
            if ((i & mask) == bits) {
                sum = Math.addExact(sum, cells[i]);
            }
        }
        return sum;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof CellTable other && Arrays.equals(cells, other.cells);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(cells);
    }

    @Override
    public String toString() {
        return "CellTable" + Arrays.toString(cells);
    }
}
