package dev.belay.labelers.dawidskene;

import java.util.Arrays;
import java.util.List;

/**
 * EM over a list of examples until the posteriors no longer change (Dawid, Skene 1979). Starts from
 * the pseudo-votes alone, as {@link DawidSkene} does: the first posteriors are a vote in which all
 * sources count alike. The order of the examples has no effect but that of rounding.
 */
public final class BatchEm {
    /** Iterations after which it ends without convergence. */
    public static final int MAX_ITERATIONS = 1000;

    /** Greatest change of a posterior that is none. */
    public static final double TOLERANCE = 1e-6;

    private final List<ExampleVotes> examples;
    private final double[][] posteriors; // (examples, K)
    private CountTables tables;
    private double[] logs; // (sources, K + 1 outcomes, K true): log θ

    /**
     * What EM found.
     *
     * @param posteriors of each example, (examples, K); of the last iteration
     * @param objectives log likelihood of the votes and log density of the prior, up to a constant,
     *     at the start of each iteration; never falls
     * @param converged whether it ended because nothing changed
     */
    public record Result(double[][] posteriors, double[] objectives, boolean converged) {
        /** The posterior of an example as a label. */
        public float[] label(int example) {
            return Posteriors.toFloats(posteriors[example]);
        }
    }

    private BatchEm(DawidSkeneSettings settings, List<ExampleVotes> examples) {
        this.examples = examples;
        this.posteriors = new double[examples.size()][settings.classes()];
        this.tables = new CountTables(settings);
        this.logs = logs(tables);
    }

    /**
     * Runs EM.
     *
     * @param examples may be none
     * @throws IllegalArgumentException when a vote or source is not one of the settings'
     */
    public static Result run(DawidSkeneSettings settings, List<ExampleVotes> examples) {
        examples.forEach(votes -> votes.check(settings));
        return new BatchEm(settings, examples).run(MAX_ITERATIONS, TOLERANCE);
    }

    /** The expected counts after EM over examples that are known to fit. */
    static CountTables tables(
            DawidSkeneSettings settings, List<ExampleVotes> examples, int most, double tolerance) {
        BatchEm em = new BatchEm(settings, examples);
        em.run(most, tolerance);
        return em.tables;
    }

    private Result run(int most, double tolerance) {
        double[] objectives = new double[most];
        int iterations = 0;
        boolean converged = false;
        while (iterations < most && !converged) {
            CountTables next = new CountTables(tables.settings);
            double[] prior = new double[tables.settings.classes()];
            tables.addLogPrior(prior);
            double objective = logPrior(prior);
            double change = 0;
            for (int i = 0; i < posteriors.length; i++) {
                double[] posterior = prior.clone();
                objective += posterior(examples.get(i), posterior);
                for (int k = 0; k < posterior.length; k++) {
                    change = Math.max(change, Math.abs(posterior[k] - posteriors[i][k]));
                }
                posteriors[i] = posterior;
                next.add(examples.get(i), posterior);
            }
            objectives[iterations++] = objective;
            converged = change <= tolerance;
            tables = next;
            logs = logs(tables);
        }
        return new Result(posteriors, Arrays.copyOf(objectives, iterations), converged);
    }

    private double posterior(ExampleVotes votes, double[] sums) {
        int classes = sums.length;
        for (int i = 0; i < votes.size(); i++) {
            int at = (votes.sources()[i] * (classes + 1) + votes.votes()[i]) * classes;
            for (int k = 0; k < classes; k++) {
                sums[k] += logs[at + k];
            }
        }
        return Posteriors.normalize(sums);
    }

    private double logPrior(double[] logClassPrior) {
        DawidSkeneSettings settings = tables.settings;
        double sum = 0;
        for (int k = 0; k < settings.classes(); k++) {
            sum += settings.classPrior().isEmpty() ? settings.smoothing() * logClassPrior[k] : 0;
        }
        for (int at = 0; at < logs.length; at++) { // an ignored outcome's log is 0
            int k = at % settings.classes();
            sum += tables.pseudo(k, at / settings.classes() % settings.outcomes()) * logs[at];
        }
        return sum;
    }

    private static double[] logs(CountTables tables) {
        int classes = tables.settings.classes();
        double[] logs = new double[tables.cells.length];
        for (int at = 0; at < logs.length; at += classes) {
            int outcome = at / classes % (classes + 1);
            tables.addLogs(at / classes / (classes + 1), outcome, logs, at);
        }
        return logs;
    }
}
