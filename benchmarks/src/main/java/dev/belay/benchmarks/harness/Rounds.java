package dev.belay.benchmarks.harness;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntToDoubleFunction;

/**
 * Two sides measured in turns, A B B A A B …, so that what else the machine does falls on both.
 *
 * @param first medians over the rounds
 * @param second medians over the rounds
 * @param ratio median over the rounds of first / second
 */
public record Rounds(double first, double second, double ratio) {
    /**
     * @param count of rounds, at least 1
     * @param a measures the first side; gets the round's number from 0
     * @param b measures the second side
     * @param progress gets a line a round
     */
    public static Rounds run(
            int count, IntToDoubleFunction a, IntToDoubleFunction b, Consumer<String> progress) {
        List<Double> first = new ArrayList<>();
        List<Double> second = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < count; round++) {
            boolean aFirst = round % 2 == 0;
            double one = (aFirst ? a : b).applyAsDouble(round);
            double other = (aFirst ? b : a).applyAsDouble(round);
            first.add(aFirst ? one : other);
            second.add(aFirst ? other : one);
            ratios.add(first.get(round) / second.get(round));
            progress.accept(
                    "  round %d: %.2f beside %.2f, ratio %.3f"
                            .formatted(
                                    round + 1,
                                    first.get(round),
                                    second.get(round),
                                    ratios.get(round)));
        }
        return new Rounds(median(first), median(second), median(ratios));
    }

    /** A side by its name. */
    public record Side(String name, IntToDoubleFunction figure) {}

    /**
     * Several sides measured in turns, A B C C B A A ….
     *
     * @param count of rounds, at least 1
     * @param sides each gets the round's number from 0
     * @param progress gets a line a round
     * @return for each side its figure in each round
     */
    public static List<List<Double>> run(int count, List<Side> sides, Consumer<String> progress) {
        List<List<Double>> figures = new ArrayList<>();
        sides.forEach(side -> figures.add(new ArrayList<>()));
        for (int round = 0; round < count; round++) {
            StringBuilder line = new StringBuilder("  round " + (round + 1) + ":");
            for (int i = 0; i < sides.size(); i++) {
                int turn = round % 2 == 0 ? i : sides.size() - 1 - i;
                Side side = sides.get(turn);
                double figure = side.figure().applyAsDouble(round);
                figures.get(turn).add(figure);
                line.append(" %s %,.0f".formatted(side.name(), figure));
            }
            progress.accept(line.toString());
        }
        return figures;
    }

    /** Two sides that were measured in the same rounds. */
    public static Rounds of(List<Double> first, List<Double> second) {
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < first.size(); round++)
            ratios.add(first.get(round) / second.get(round));
        return new Rounds(median(first), median(second), median(ratios));
    }

    /** The middle one, or the mean of the two in the middle. */
    public static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
