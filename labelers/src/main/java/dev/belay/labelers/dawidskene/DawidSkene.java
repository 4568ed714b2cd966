package dev.belay.labelers.dawidskene;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Online Dawid–Skene: labels each example by the posterior of its class under the current
 * parameters, then adds the posterior to the expected counts.
 *
 * <pre>
 * q(k) ∝ π(k)·Π_s θ_s(k, vote of s)                  over the sources that have a vote
 * n_s(k, j) ← ρ(v_s)·n_s(k, j) + q(k)·[s voted j]     v_s: the votes of s, with this one
 * </pre>
 *
 * <p>This is online EM (Cappé, Moulines 2009); {@link StepSizes} has ρ, {@link CountTables} θ and
 * π. Each source has its own step number, since the counts of one that votes seldom would fade with
 * the votes of others; the class prior's is the number of examples. α = 1 gives plain sums.
 *
 * <p><b>Warm-up.</b> The first posteriors come from parameters that are hardly learned, and online
 * EM does not correct them. So the votes of the first {@code warmUp} examples can be kept: after
 * 16, 32, 64, … of them, and after the last, the counts are replaced by those of {@link BatchEm}
 * over all that are kept. Then they are released. A label depends on the examples up to its own
 * only, and none is read again after the warm-up; state and time per example are bounded.
 *
 * <p>One thread at a time.
 */
public final class DawidSkene {
    private static final int FIRST_SWEEP = 16;
    private static final int SWEEP_ITERATIONS = 100;
    private static final double SWEEP_TOLERANCE = 1e-4;

    final DawidSkeneSettings settings;
    final long[] votesOf; // (sources)
    final List<ExampleVotes> kept;
    CountTables tables;
    long examples;
    boolean warm; // whether the warm-up is over

    private final StepSizes steps;

    /** An estimator that has seen no example. */
    public DawidSkene(DawidSkeneSettings settings) {
        this(
                settings,
                new CountTables(settings),
                0,
                new long[settings.sources().size()],
                settings.warmUp() == 0,
                List.of());
    }

    DawidSkene(
            DawidSkeneSettings settings,
            CountTables tables,
            long examples,
            long[] votesOf,
            boolean warm,
            List<ExampleVotes> kept) {
        this.settings = settings;
        this.tables = tables;
        this.examples = examples;
        this.votesOf = votesOf;
        this.warm = warm;
        this.steps = new StepSizes(settings.stepExponent());
        this.kept = new ArrayList<>(kept);
    }

    /**
     * Restores what {@link #toBytes} wrote; goes on bit for bit as the one that wrote it.
     *
     * @throws IllegalArgumentException when the bytes are of another version, truncated, too many,
     *     or of other settings
     */
    public static DawidSkene fromBytes(DawidSkeneSettings settings, byte[] bytes) {
        return StateFormat.read(settings, false, bytes);
    }

    /** The same, with the sources that it had then in place of those of the settings. */
    public static DawidSkene fromBytesOfAnySources(DawidSkeneSettings settings, byte[] bytes) {
        return StateFormat.read(settings, true, bytes);
    }

    /**
     * An estimator that learned from these examples by {@link BatchEm}, and has its warm-up behind
     * it.
     *
     * @param examples may be none; not kept
     * @throws IllegalArgumentException when a vote or source is not one of the settings'
     */
    public static DawidSkene swept(DawidSkeneSettings settings, List<ExampleVotes> examples) {
        DawidSkene estimator = new DawidSkene(settings);
        for (ExampleVotes votes : examples) {
            votes.check(settings);
            estimator.count(votes);
        }
        estimator.sweep(examples, BatchEm.MAX_ITERATIONS, BatchEm.TOLERANCE);
        estimator.warm = true;
        return estimator;
    }

    /**
     * The same estimator with further sources behind its own, of which it has seen no vote: as if
     * they had been there from the start. This one is not to be used any more.
     *
     * @param more distinct names, none of which it has
     * @throws IllegalArgumentException when a name is known, or there are too many sources
     */
    public DawidSkene withSources(List<String> more) {
        List<String> sources = new ArrayList<>(settings.sources());
        sources.addAll(more);
        DawidSkeneSettings grown = settings.withSources(sources);
        int cells = tables.cells.length / settings.sources().size() * sources.size();
        return new DawidSkene(
                grown,
                new CountTables(grown, Arrays.copyOf(tables.cells, cells), tables.examples),
                examples,
                Arrays.copyOf(votesOf, sources.size()),
                warm,
                kept);
    }

    /** The whole state, settings included; the first byte is the version of the format. */
    public byte[] toBytes() {
        return StateFormat.write(this);
    }

    /**
     * The posterior of the class, (K), summing to 1; the class prior where there are no votes.
     * Learns nothing.
     *
     * @throws IllegalArgumentException when a vote or source is not one of the settings'
     */
    public float[] label(ExampleVotes votes) {
        votes.check(settings);
        return Posteriors.toFloats(posterior(votes));
    }

    /** The same, then learns from it. */
    public float[] update(ExampleVotes votes) {
        votes.check(settings);
        double[] posterior = posterior(votes);
        count(votes);
        fade(votes);
        tables.add(votes, posterior);
        if (!warm) {
            warmUp(votes);
        }
        return Posteriors.toFloats(posterior);
    }

    /** Names of its sources, in their order. */
    public List<String> sources() {
        return settings.sources();
    }

    /** Number of examples that it learned from. */
    public long examples() {
        return examples;
    }

    /** Number of votes that it learned from, ignored abstentions excepted. */
    public long votes() {
        return Arrays.stream(votesOf).sum();
    }

    /** The current probability of each class, π, (K). */
    public double[] classPrior() {
        double[] prior = new double[settings.classes()];
        tables.addLogPrior(prior);
        Posteriors.normalize(prior);
        return prior;
    }

    /**
     * The current probabilities θ of a source, (K true, K + 1 outcomes), of which the last is the
     * abstention: 0 where abstentions are ignored. Each row sums to 1.
     */
    public double[][] confusion(int source) {
        double[][] confusion = new double[settings.classes()][settings.outcomes()];
        for (int j = 0; j < settings.outcomes(); j++) {
            double[] logs = new double[settings.classes()];
            tables.addLogs(source, j, logs, 0);
            for (int k = 0; k < logs.length; k++) {
                confusion[k][j] = tables.without(j) ? 0 : Math.exp(logs[k]);
            }
        }
        return confusion;
    }

    private double[] posterior(ExampleVotes votes) {
        double[] sums = new double[settings.classes()];
        tables.addLogPrior(sums);
        for (int i = 0; i < votes.size(); i++) {
            tables.addLogs(votes.sources()[i], votes.votes()[i], sums, 0);
        }
        Posteriors.normalize(sums);
        return sums;
    }

    private void count(ExampleVotes votes) {
        examples++;
        for (int i = 0; i < votes.size(); i++) {
            votesOf[votes.sources()[i]] += tables.without(votes.votes()[i]) ? 0 : 1;
        }
    }

    private void fade(ExampleVotes votes) {
        tables.scaleExamples(steps.rho(examples));
        for (int i = 0; i < votes.size(); i++) {
            int source = votes.sources()[i];
            if (!tables.without(votes.votes()[i])) {
                tables.scale(source, steps.rho(votesOf[source]));
            }
        }
    }

    private void warmUp(ExampleVotes votes) {
        kept.add(votes);
        warm = examples == settings.warmUp();
        if (warm || (examples >= FIRST_SWEEP && Long.bitCount(examples) == 1)) {
            sweep(kept, SWEEP_ITERATIONS, SWEEP_TOLERANCE);
        }
        if (warm) {
            kept.clear();
        }
    }

    private void sweep(List<ExampleVotes> all, int iterations, double tolerance) {
        tables = BatchEm.tables(settings, all, iterations, tolerance);
        tables.scaleExamples(steps.shrink(examples));
        for (int s = 0; s < votesOf.length; s++) {
            tables.scale(s, steps.shrink(votesOf[s]));
        }
    }
}
