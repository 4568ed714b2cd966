package dev.belay.labelers.dawidskene;

import dev.belay.labelers.dawidskene.DawidSkeneSettings.Abstentions;
import dev.belay.labelers.dawidskene.DawidSkeneSettings.Model;
import java.util.List;

/**
 * The model written down a second time: probabilities and products instead of logarithms, means of
 * statistics and step sizes instead of sums, sums over all assignments instead of a posterior for
 * each example. Slow, and right for a few votes only.
 */
final class Oracle {
    private final DawidSkeneSettings settings;
    private final int classes;
    private final double[][][] means; // (sources, K, K + 1): s of online EM
    private final double[] classMeans; // (K)
    private final long[] votesOf;
    private long examples;

    Oracle(DawidSkeneSettings settings) {
        this.settings = settings;
        this.classes = settings.classes();
        this.means = new double[settings.sources().size()][classes][classes + 1];
        this.classMeans = new double[classes];
        this.votesOf = new long[settings.sources().size()];
    }

    /** The posterior under the current statistics, then one step of online EM. */
    double[] update(ExampleVotes votes) {
        double[] q = posterior(votes);
        learn(votes, q);
        return q;
    }

    private void learn(ExampleVotes votes, double[] q) {
        examples++;
        step(classMeans, q, examples);
        for (int i = 0; i < votes.size(); i++) {
            int source = votes.sources()[i];
            if (votes.votes()[i] == classes && settings.abstentions() == Abstentions.IGNORED) {
                continue;
            }
            votesOf[source]++;
            for (int k = 0; k < classes; k++) {
                double[] seen = new double[classes + 1];
                seen[votes.votes()[i]] = q[k];
                step(means[source][k], seen, votesOf[source]);
            }
        }
    }

    private void step(double[] mean, double[] statistic, long number) {
        double eta = Math.pow((double) number, -settings.stepExponent());
        for (int j = 0; j < mean.length; j++) {
            mean[j] = (1 - eta) * mean[j] + eta * statistic[j];
        }
    }

    private double[] posterior(ExampleVotes votes) {
        double[] q = new double[classes];
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            q[k] = joint(votes, k);
            sum += q[k];
        }
        for (int k = 0; k < classes; k++) {
            q[k] /= sum;
        }
        return q;
    }

    /** P(class k, votes). */
    double joint(ExampleVotes votes, int k) {
        double p = prior(k);
        for (int i = 0; i < votes.size(); i++) {
            p *= theta(votes.sources()[i], k, votes.votes()[i]);
        }
        return p;
    }

    double prior(int k) {
        if (!settings.classPrior().isEmpty()) {
            return settings.classPrior().get(k);
        }
        double all = 0;
        for (double mean : classMeans) {
            all += sum(mean, examples) + settings.smoothing();
        }
        return (sum(classMeans[k], examples) + settings.smoothing()) / all;
    }

    /** P(outcome of the source | class k); 1 for an ignored abstention. */
    double theta(int source, int k, int outcome) {
        boolean ignored = settings.abstentions() == Abstentions.IGNORED;
        if (ignored && outcome == classes) {
            return 1;
        }
        double row = 0;
        for (int j = 0; j < (ignored ? classes : classes + 1); j++) {
            row += count(source, k, j);
        }
        if (settings.model() == Model.FULL) {
            return count(source, k, outcome) / row;
        }
        double abstains = ignored ? 0 : count(source, k, classes) / row;
        double right = 0;
        double voted = 0;
        for (int t = 0; t < classes; t++) {
            right += count(source, t, t);
            for (int j = 0; j < classes; j++) {
                voted += count(source, t, j);
            }
        }
        double accuracy = right / voted;
        if (outcome == classes) {
            return abstains;
        }
        return (1 - abstains) * (outcome == k ? accuracy : (1 - accuracy) / (classes - 1));
    }

    private double count(int source, int k, int j) {
        return sum(means[source][k][j], votesOf[source]) + pseudo(k, j);
    }

    private double pseudo(int k, int j) {
        return settings.smoothing() + (k == j ? settings.diagonal() : 0);
    }

    private double sum(double mean, long number) {
        return number == 0 ? 0 : mean * Math.pow((double) number, settings.stepExponent());
    }

    /** Log likelihood of all votes, summed over all assignments, and log density of the prior. */
    double objective(List<ExampleVotes> all) {
        double likelihood = 0;
        for (int[] assignment : assignments(all.size())) {
            likelihood += joint(all, assignment);
        }
        double prior = 0;
        for (int k = 0; k < classes; k++) {
            prior +=
                    settings.classPrior().isEmpty() ? settings.smoothing() * Math.log(prior(k)) : 0;
            for (int s = 0; s < means.length; s++) {
                for (int j = 0; j <= classes; j++) {
                    prior += pseudo(k, j) * Math.log(theta(s, k, j));
                }
            }
        }
        return Math.log(likelihood) + prior;
    }

    /** Posteriors, and the parameters that follow from them. */
    record Step(double[][] posteriors, Oracle next) {}

    /** Posteriors by summing over all assignments of classes to examples; then an M-step. */
    Step emStep(List<ExampleVotes> all) {
        double[][] q = new double[all.size()][classes];
        double likelihood = 0;
        for (int[] assignment : assignments(all.size())) {
            double p = joint(all, assignment);
            likelihood += p;
            for (int i = 0; i < assignment.length; i++) {
                q[i][assignment[i]] += p;
            }
        }
        Oracle next = new Oracle(settings);
        for (int i = 0; i < q.length; i++) {
            for (int k = 0; k < classes; k++) {
                q[i][k] /= likelihood;
            }
            next.learn(all.get(i), q[i]);
        }
        return new Step(q, next);
    }

    private double joint(List<ExampleVotes> all, int[] assignment) {
        double p = 1;
        for (int i = 0; i < assignment.length; i++) {
            p *= joint(all.get(i), assignment[i]);
        }
        return p;
    }

    private int[][] assignments(int length) {
        int[][] all = new int[(int) Math.pow(classes, length)][length];
        for (int a = 0; a < all.length; a++) {
            for (int i = 0, rest = a; i < length; i++, rest /= classes) {
                all[a][i] = rest % classes;
            }
        }
        return all;
    }
}
