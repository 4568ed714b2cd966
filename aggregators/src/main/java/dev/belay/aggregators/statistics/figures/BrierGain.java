package dev.belay.aggregators.statistics.figures;

import dev.belay.aggregators.statistics.counts.ExampleTerms;
import dev.belay.aggregators.statistics.counts.PairTable;
import dev.belay.aggregators.statistics.counts.PairTable.Sum;
import org.jspecify.annotations.Nullable;

/**
 * The student's gain in Brier score and its decomposition. With one-hot truth y and the
 * distributions w and s, for each example
 *
 * <pre>Σ(w − y)² − Σ(s − y)² = Σ(w − s)² + 2·Σ(w − s)(s − y)</pre>
 *
 * <p>summed over classes: gain = misfit + cross term. Charikar, Pabbaraju and Shiragur
 * ("Quantifying the gain in weak-to-strong generalization", NeurIPS 2024, theorem 1) show that the
 * expected cross term is not negative, so that the gain is at least the misfit, under three
 * conditions: the student's class of functions is convex; it contains the truth (realizability);
 * and the student minimises the expected squared distance to the supervisor over that class, on the
 * distribution that it is evaluated on. Students trained on finitely many labels, with
 * cross-entropy, through a softmax or with all layers meet none of them exactly. So the gain is
 * measured instead of derived from the misfit; the cross term shows the distance from the theorem's
 * case. Not the gain in accuracy.
 *
 * @param gain mean Brier score of the supervisor minus that of the student, in [−2, 2]
 * @param misfit mean Σ(w − s)², in [0, 2]
 * @param cross mean 2·Σ(w − s)(s − y), in [−4, 2]; may be negative
 */
public record BrierGain(double gain, double misfit, double cross) {

    /** Means over the examples of a table without a ceiling; null if there are none. */
    public static @Nullable BrierGain of(PairTable table) {
        double units = table.n() * ExampleTerms.ONE;
        return units == 0
                ? null
                : new BrierGain(
                        (table.sum(Sum.SUPERVISOR_BRIER) - table.sum(Sum.STUDENT_BRIER)) / units,
                        table.sum(Sum.MISFIT) / units,
                        table.sum(Sum.CROSS) / units);
    }
}
