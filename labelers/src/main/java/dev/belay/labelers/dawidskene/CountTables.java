package dev.belay.labelers.dawidskene;

import dev.belay.labelers.dawidskene.DawidSkeneSettings.Abstentions;
import dev.belay.labelers.dawidskene.DawidSkeneSettings.Model;

/**
 * Expected counts, the sufficient statistics of the model, and the parameters that follow from them
 * (the M-step, equations 2.3 and 2.4 of Dawid, Skene 1979, with pseudo-counts).
 *
 * <pre>
 * n_s(k, j) = Σ_i q_i(k)·[source s voted j on example i],  j = K: it abstained
 * m_s(k, j) = n_s(k, j) + smoothing + diagonal·[j = k]
 *
 * FULL      θ_s(k, j) = m_s(k, j) / Σ_j' m_s(k, j')
 * ONE_COIN  θ_s(k, j) = (1 − b_s(k))·(j = k ? a_s : (1 − a_s)/(K − 1)),  θ_s(k, K) = b_s(k)
 *           a_s       = Σ_k m_s(k, k) / Σ_k Σ_(j&lt;K) m_s(k, j)
 *           b_s(k)    = m_s(k, K) / Σ_j m_s(k, j)
 * π(k)      given, or (Σ_i q_i(k) + smoothing) / Σ_k' (Σ_i q_i(k') + smoothing)
 * </pre>
 *
 * <p>Where abstentions are ignored, there is no column K, and b is 0. Pseudo-counts are the
 * Dirichlet prior whose mode the M-step finds, so EM never lowers
 *
 * <pre>Σ_i log Σ_k π(k)·Π_s θ_s(k, vote) + Σ_s Σ_k Σ_j (m − n)_s(k, j)·log θ_s(k, j)
 *      + (where π is learned) smoothing·Σ_k log π(k)</pre>
 */
final class CountTables {
    final DawidSkeneSettings settings;
    final double[] cells; // (sources, K true, K + 1 outcomes)
    final double[] examples; // (K true)

    private final int classes;
    private final boolean ignoring;

    CountTables(DawidSkeneSettings settings) {
        this(
                settings,
                new double[settings.sources().size() * settings.classes() * settings.outcomes()],
                new double[settings.classes()]);
    }

    CountTables(DawidSkeneSettings settings, double[] cells, double[] examples) {
        this.settings = settings;
        this.cells = cells;
        this.examples = examples;
        this.classes = settings.classes();
        this.ignoring = settings.abstentions() == Abstentions.IGNORED;
    }

    /** Whether an outcome has no factor and no count. */
    boolean without(int outcome) {
        return ignoring && outcome == classes;
    }

    /** Adds log π(k) to each class's sum. */
    void addLogPrior(double[] sums) {
        double total = 0;
        for (int k = 0; k < classes; k++) {
            total += examples[k] + settings.smoothing();
        }
        for (int k = 0; k < classes; k++) {
            sums[k] +=
                    Math.log(
                            settings.classPrior().isEmpty()
                                    ? (examples[k] + settings.smoothing()) / total
                                    : settings.classPrior().get(k));
        }
    }

    /** Adds log θ_s(k, outcome) to each class's sum, from {@code at} on. */
    void addLogs(int source, int outcome, double[] sums, int at) {
        if (without(outcome)) {
            return;
        }
        if (settings.model() == Model.FULL) {
            for (int k = 0; k < classes; k++) {
                sums[at + k] += Math.log(cell(source, k, outcome) / all(source, k));
            }
            return;
        }
        addOneCoinLogs(source, outcome, sums, at);
    }

    private void addOneCoinLogs(int source, int outcome, double[] sums, int at) {
        double right = 0;
        double wrong = 0; // summed apart: a difference of sums may be 0 or less by rounding
        for (int k = 0; k < classes; k++) {
            for (int j = 0; j < classes; j++) {
                right += j == k ? cell(source, k, j) : 0;
                wrong += j == k ? 0 : cell(source, k, j);
            }
        }
        for (int k = 0; k < classes; k++) {
            double all = all(source, k);
            double share = (outcome == k ? right : wrong / (classes - 1)) / (right + wrong);
            sums[at + k] +=
                    Math.log(
                            outcome == classes
                                    ? cell(source, k, classes) / all
                                    : share * voted(source, k) / all);
        }
    }

    /** Counts an example's votes, each class by its posterior (the E-step's sum). */
    void add(ExampleVotes votes, double[] posterior) {
        for (int k = 0; k < classes; k++) {
            examples[k] += posterior[k];
        }
        for (int i = 0; i < votes.size(); i++) {
            int outcome = votes.votes()[i];
            for (int k = 0; k < classes && !without(outcome); k++) {
                cells[index(votes.sources()[i], k, outcome)] += posterior[k];
            }
        }
    }

    /** Multiplies the counts of a source. */
    void scale(int source, double factor) {
        int end = factor == 1 ? 0 : index(source + 1, 0, 0);
        for (int c = index(source, 0, 0); c < end; c++) {
            cells[c] *= factor;
        }
    }

    /** Multiplies the counts of the classes. */
    void scaleExamples(double factor) {
        for (int k = 0; k < classes; k++) {
            examples[k] *= factor;
        }
    }

    /** The pseudo-votes of a cell, (m − n)_s(k, j). */
    double pseudo(int k, int outcome) {
        return settings.smoothing() + (k == outcome ? settings.diagonal() : 0);
    }

    private double cell(int source, int k, int outcome) {
        return cells[index(source, k, outcome)] + pseudo(k, outcome);
    }

    private double voted(int source, int k) {
        int row = index(source, k, 0);
        double sum = classes * settings.smoothing() + settings.diagonal();
        for (int j = 0; j < classes; j++) {
            sum += cells[row + j];
        }
        return sum;
    }

    private double all(int source, int k) {
        return voted(source, k) + (ignoring ? 0 : cell(source, k, classes));
    }

    private int index(int source, int k, int outcome) {
        return (source * classes + k) * (classes + 1) + outcome;
    }
}
