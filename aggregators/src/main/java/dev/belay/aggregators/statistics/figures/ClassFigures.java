package dev.belay.aggregators.statistics.figures;

import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.counts.PairTable.ByClass;
import dev.belay.aggregators.statistics.counts.PairTable.Confusion;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Right predictions of each model on the examples of one class: recall, as counts.
 *
 * @param k the class
 * @param n examples whose truth is k
 * @param supervisorRight those of them that the supervisor predicts right
 * @param studentRight those of them that the student predicts right
 * @param studentSays examples of any class for which the student predicts k
 * @param ceilingN examples whose truth is k among those that the ceiling has predicted too
 * @param ceilingRight those of ceilingN that the ceiling predicts right
 */
public record ClassFigures(
        int k,
        long n,
        long supervisorRight,
        long studentRight,
        long studentSays,
        long ceilingN,
        long ceilingRight) {

    /**
     * All classes, ascending; none if the tables have no counts by class.
     *
     * @param base the table without a ceiling
     * @param withCeiling null while there is none
     */
    public static List<ClassFigures> of(PairTable base, @Nullable PairTable withCeiling) {
        if (!base.hasClasses()) {
            return List.of();
        }
        long[] supervisorRight = new long[base.classes()];
        for (Confusion part : base.confusion()) {
            if (part.truth() == part.predicted()) {
                supervisorRight[part.truth()] = part.count();
            }
        }
        return IntStream.range(0, base.classes())
                .mapToObj(
                        k ->
                                new ClassFigures(
                                        k,
                                        base.of(ByClass.TRUTH, k),
                                        supervisorRight[k],
                                        base.of(ByClass.STUDENT_RIGHT, k),
                                        base.of(ByClass.STUDENT_PREDICTS, k),
                                        of(withCeiling, ByClass.TRUTH, k),
                                        of(withCeiling, ByClass.CEILING_RIGHT, k)))
                .toList();
    }

    private static long of(@Nullable PairTable table, ByClass kind, int k) {
        return table == null ? 0 : table.of(kind, k);
    }
}
