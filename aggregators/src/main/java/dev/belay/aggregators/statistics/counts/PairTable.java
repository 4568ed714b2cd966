package dev.belay.aggregators.statistics.counts;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All that is counted for a supervisor and a student, with or without a ceiling, over some
 * examples: the 16 cells, sums in fixed point (see {@link ExampleTerms}), calibration bins, and
 * counts by class, except for choice; where examples have a group also the {@link ClusterSums}.
 *
 * <p>Immutable. Tables of the same number of classes form a group: {@link #merge} is associative
 * and commutative, {@link #subtract} its inverse, {@link #empty} neutral; all are exact, and throw
 * ArithmeticException on overflow. A table is a count of examples or a difference of two such
 * counts, so its numbers may be negative; statistics are defined for counts only.
 *
 * <p>The table of a comparison without a ceiling has all counts; one with a ceiling ({@link
 * PairCounter#cell}) has cells, truths and the ceiling's right answers by class, and 0 elsewhere.
 */
public final class PairTable {
    /**
     * In place of a number of classes, which is at least 2: a task of kind choice. Its examples
     * have options of their own, so there are no counts by class.
     */
    public static final int CHOICE = 1;

    /** Tables of more classes than this have no counts by class. */
    public static final int MAX_CLASSES_BY_CLASS = 1000;

    /** A sum over examples of the table without a ceiling, see {@link ExampleTerms} for each. */
    public enum Sum {
        SUPERVISOR_BRIER(0),
        STUDENT_BRIER(1),
        SUPERVISOR_LOG_LOSS(2),
        STUDENT_LOG_LOSS(3),
        MISFIT(4),
        CROSS(5);

        /** Index in the format of {@link #write}; must not be changed. */
        final int at;

        Sum(int place) {
            this.at = SUMS + place;
        }
    }

    /** A count or a sum of squares over examples of the table without a ceiling. */
    public enum Moment {
        /** Examples counted in the other moments: fewer than n in tables of release 0.1.0. */
        EXAMPLES(0),
        /** Σ of the squares of the supervisor's log loss, see {@link ExampleTerms#square}. */
        SUPERVISOR_LOG_LOSS(1),
        /** The same of the student. */
        STUDENT_LOG_LOSS(2),
        /** Σ of the squares of the Brier gain, computed as misfit + cross. */
        BRIER_GAIN(3);

        final int place;

        Moment(int place) {
            this.place = place;
        }
    }

    /** The model whose confidences are in a calibration bin. */
    public enum Side {
        SUPERVISOR(0),
        STUDENT(1);

        private final int place;

        Side(int place) {
            this.place = place;
        }
    }

    /** Counts by class. */
    public enum ByClass {
        /** Examples whose truth is the class. */
        TRUTH(0),
        /** Examples for which the student predicts the class. */
        STUDENT_PREDICTS(1),
        /** Examples of the class that the student gets right. */
        STUDENT_RIGHT(2),
        /** Examples of the class that the ceiling gets right; 0 without a ceiling. */
        CEILING_RIGHT(3),
        /** Examples for which both supervisor and student predict the class; a {@link Moment}. */
        BOTH_PREDICT(4);

        private final int place;

        ByClass(int place) {
            this.place = place;
        }
    }

    /**
     * The examples whose top confidence is in one bin.
     *
     * @param count number of examples
     * @param right number of them that were predicted right
     * @param confidence Σ of their confidences, in units of 2⁻²⁴
     * @param confidenceSquare Σ of the squares, each rounded to 2⁻²⁴
     */
    public record Bin(long count, long right, long confidence, long confidenceSquare) {}

    /**
     * The examples of class {@code truth} for which the supervisor predicts {@code predicted}.
     *
     * @param count number of examples; not 0
     */
    public record Confusion(int truth, int predicted, long count) {}

    // layout of flat: cells, sums, bins of the supervisor, bins of the student, by class, moments
    static final int SUMS = CellTable.SIZE;
    static final int BINS = SUMS + Sum.values().length;
    static final int BIN = 4;
    static final int BY_CLASS = BINS + Side.values().length * ExampleTerms.BINS * BIN;

    private final int classes;
    private final long[] flat;
    private final SparseCounts confusion;
    private final SparseCounts clusters;
    private @Nullable ClusterSums clusterSums; // made from clusters at first use

    PairTable(int classes, long[] flat, SparseCounts confusion, SparseCounts clusters) {
        this.classes = classes;
        this.flat = flat;
        this.confusion = confusion;
        this.clusters = clusters;
    }

    /**
     * No examples.
     *
     * @param classes at least 2, or {@link #CHOICE}
     */
    public static PairTable empty(int classes) {
        return new PairTable(
                classes, new long[size(classes)], SparseCounts.EMPTY, SparseCounts.EMPTY);
    }

    static int size(int classes) {
        if (classes < CHOICE) {
            throw new IllegalArgumentException("a table has 2 classes or more, got " + classes);
        }
        return moments(classes) + Moment.values().length;
    }

    /** Index in flat of the first moment. */
    static int moments(int classes) {
        return BY_CLASS + (hasClasses(classes) ? ByClass.values().length * classes : 0);
    }

    /** Length of flat in release 0.1.0: BOTH_PREDICT and the moments behind it are missing. */
    private static int sizeWithoutMoments(int classes) {
        return hasClasses(classes) ? at(ByClass.BOTH_PREDICT, classes, 0) : BY_CLASS;
    }

    /** Whether tables of so many classes have counts by class. */
    public static boolean hasClasses(int classes) {
        return classes > CHOICE && classes <= MAX_CLASSES_BY_CLASS;
    }

    /** Index in flat of a count by class. */
    static int at(ByClass kind, int classes, int k) {
        return BY_CLASS + kind.place * classes + k;
    }

    /** Index in flat of the first of a bin's four sums. */
    static int at(Side side, int bin) {
        return BINS + (side.place * ExampleTerms.BINS + bin) * BIN;
    }

    /** The sum of both. */
    public PairTable merge(PairTable other) {
        return combine(other, 1);
    }

    /** The difference: this without {@code other}. */
    public PairTable subtract(PairTable other) {
        return combine(other, -1);
    }

    private PairTable combine(PairTable other, int sign) {
        if (classes != other.classes) {
            throw new IllegalArgumentException(
                    "a table of " + classes + " classes and one of " + other.classes);
        }
        long[] sum = new long[flat.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = Math.addExact(flat[i], Math.multiplyExact(other.flat[i], sign));
        }
        return new PairTable(
                classes,
                sum,
                confusion.combine(other.confusion, sign),
                clusters.combine(other.clusters, sign));
    }

    /** The joint outcomes. */
    public CellTable cells() {
        return CellTable.of(Arrays.copyOf(flat, CellTable.SIZE));
    }

    /** Number of classes, or {@link #CHOICE}. */
    public int classes() {
        return classes;
    }

    /** Examples counted. */
    public long n() {
        return cells().n();
    }

    /** Whether there are counts by class. */
    public boolean hasClasses() {
        return hasClasses(classes);
    }

    /** A sum over the examples, in units of 2⁻²⁴. */
    public long sum(Sum which) {
        return flat[which.at];
    }

    /** A second moment: a count of examples, or a sum in units of 2⁻²⁰. */
    public long moment(Moment which) {
        return flat[moments(classes) + which.place];
    }

    /** Whether the moments cover every example; false if release 0.1.0 counted some of them. */
    public boolean hasMoments() {
        return moment(Moment.EXAMPLES) == n();
    }

    /** The bin of confidences in ({@code bin/15}, {@code (bin+1)/15}]. */
    public Bin bin(Side side, int bin) {
        int at = at(side, bin);
        return new Bin(flat[at], flat[at + 1], flat[at + 2], flat[at + 3]);
    }

    /**
     * A count of class {@code k}.
     *
     * @throws IllegalStateException unless the table {@link #hasClasses}
     */
    public long of(ByClass kind, int k) {
        requireClasses();
        return flat[at(kind, classes, Objects.checkIndex(k, classes))];
    }

    /** Confusion matrix of the supervisor, by truth, then by predicted class, without zeros. */
    public List<Confusion> confusion() {
        requireClasses();
        List<Confusion> list = new ArrayList<>();
        confusion.forEach(
                (key, count) ->
                        list.add(
                                new Confusion(
                                        (int) (key / classes), (int) (key % classes), count)));
        return list;
    }

    /** The examples that have a group; null: none has. */
    public @Nullable ClusterSums clusters() {
        if (clusterSums == null && !clusters.isEmpty()) {
            clusterSums = new ClusterSums(clusters);
        }
        return clusterSums;
    }

    private void requireClasses() {
        if (!hasClasses()) {
            throw new IllegalStateException("no counts by class for " + classes + " classes");
        }
    }

    /**
     * Writes the table: variable-length integers, a run of zeros is two bytes or three. The number
     * of classes is negative where clusters follow.
     */
    public void write(DataOutput out) throws IOException {
        Varints.write(out, clusters.isEmpty() ? classes : -classes);
        Varints.writeAll(out, flat);
        confusion.write(out);
        if (!clusters.isEmpty()) {
            clusters.write(out);
        }
    }

    /**
     * Reads the format of {@link #write}.
     *
     * @param moments false for the format of release 0.1.0, without moments
     * @throws IOException if it is not a table
     */
    public static PairTable read(DataInput in, boolean moments) throws IOException {
        long first = Varints.read(in);
        long classes = Math.abs(first);
        if (classes < CHOICE || classes > Integer.MAX_VALUE) {
            throw new IOException("not a table: " + classes + " classes");
        }
        int size = size((int) classes);
        long[] flat = new long[size];
        Varints.readAll(in, flat, moments ? size : sizeWithoutMoments((int) classes));
        return new PairTable(
                (int) classes,
                flat,
                SparseCounts.read(in, classes * classes),
                first > 0
                        ? SparseCounts.EMPTY
                        : SparseCounts.read(in, ClusterSums.TOTAL + ClusterSums.WIDTH));
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof PairTable other
                && classes == other.classes
                && Arrays.equals(flat, other.flat)
                && confusion.equals(other.confusion)
                && clusters.equals(other.clusters);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(flat) + confusion.hashCode();
    }

    @Override
    public String toString() {
        return "PairTable[classes=%d, %s, %s, %s]"
                .formatted(classes, Arrays.toString(flat), confusion, clusters);
    }
}
