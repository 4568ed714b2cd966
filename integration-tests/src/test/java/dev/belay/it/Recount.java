package dev.belay.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Counts an exported experiment again, by definition and with none of the product's code, and
 * compares with its {@code summary.json}. Floating point is allowed to differ in the last bits
 * (1e-12), as a quotient of counts and a quotient of quotients do; sums of probabilities, which the
 * product rounds to 2⁻²⁴ each, by 1e-6. Works for both task kinds: a truth that is none of an
 * example's options, and an example on whose options models disagree, do not count.
 */
public final class Recount {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double LAST_BITS = 1e-12;
    private static final double FIXED_POINT = 1e-6;

    private final Map<String, Integer> truth = new HashMap<>();
    // model#seed -> checkpoint -> example -> distribution predicted on the holdout
    private final Map<String, TreeMap<Long, Map<String, double[]>>> predicted = new HashMap<>();
    private final Map<String, Long> labelledBy = new HashMap<>();

    /**
     * Compares as a program: {@code java -cp "$(cat cli/target/classpath)" Recount.java EXPORT
     * SUMMARY}.
     */
    public static void main(String[] args) throws IOException {
        int pairs = compare(Path.of(args[0]), Path.of(args[1]));
        if (pairs == 0) {
            throw new AssertionError(args[1] + " has no pairs");
        }
        System.out.println(pairs + " pairs, each as in " + args[1]);
    }

    private Recount(Path export) throws IOException {
        lines(
                export.resolve("truth.jsonl"),
                line -> truth.put(line.get("id").textValue(), line.get("label").intValue()));
        lines(
                export.resolve("labels.jsonl"),
                line ->
                        labelledBy.merge(
                                line.get("labeler").textValue() + "#" + line.get("seed"),
                                line.get("checkpoint").longValue(),
                                Math::max));
        lines(
                export.resolve("predictions.jsonl"),
                line -> {
                    if (line.get("phase").textValue().equals("HOLDOUT")) {
                        predicted
                                .computeIfAbsent(
                                        line.get("model").textValue() + "#" + line.get("seed"),
                                        model -> new TreeMap<>())
                                .computeIfAbsent(
                                        line.get("checkpoint").longValue(), k -> new HashMap<>())
                                .put(line.get("id").textValue(), row(line.get("probabilities")));
                    }
                });
    }

    /**
     * @param export directory with truth.jsonl, labels.jsonl and predictions.jsonl
     * @return the number of pairs that were compared
     * @throws AssertionError that names the pair, the key and both values where they differ
     */
    public static int compare(Path export, Path summary) throws IOException {
        Recount recount = new Recount(export);
        JsonNode told = JSON.readTree(summary.toFile());
        Map<String, List<Double>> pgrs = new HashMap<>();
        for (JsonNode pair : told.get("pairs")) {
            Double pgr = recount.compare(pair);
            pgrs.computeIfAbsent(names(pair), names -> new ArrayList<>()).add(pgr);
        }
        for (JsonNode median : told.get("median")) {
            List<Double> seeds = pgrs.getOrDefault(names(median), List.of());
            same("median of " + names(median), "seeds", seeds.size(), median.get("seeds"));
            double[] defined =
                    seeds.stream().filter(x -> !x.isNaN()).mapToDouble(x -> x).sorted().toArray();
            int m = defined.length;
            boolean has = 2 * m > seeds.size();
            double middle = has ? (defined[(m - 1) / 2] + defined[m / 2]) / 2 : Double.NaN;
            same("median of " + names(median), "pgr", middle, median.get("pgr"));
        }
        return told.get("pairs").size();
    }

    /** PGR of the pair, NaN where the summary calls it undefined. */
    private Double compare(JsonNode pair) {
        String seed = "#" + pair.get("seed");
        String name = pair.get("supervisor").textValue();
        // a labeler that reads no model is one for all seeds
        String supervisor = name + (labelledBy.containsKey(name + seed) ? seed : "#0");
        Map<String, double[]> students =
                sweep(pair.get("student").textValue() + seed, pair.get("checkpoint").longValue());
        // The checkpoint whose labels the student learned from; the ceiling's last.
        Map<String, double[]> supervisors =
                sweep(supervisor, labelledBy.getOrDefault(supervisor, -1L));
        boolean without = pair.get("ceiling").isNull();
        String ceiling = pair.get("ceiling").textValue() + seed;
        Map<String, double[]> ceilings = without ? students : sweep(ceiling, last(ceiling));
        double n = 0;
        double w = 0;
        double s = 0;
        double c = 0;
        double agree = 0;
        double agreeRight = 0;
        Scores weakScores = new Scores();
        Scores strongScores = new Scores();
        for (Map.Entry<String, double[]> entry : students.entrySet()) {
            String id = entry.getKey();
            Integer y = truth.get(id);
            double[] ofS = entry.getValue();
            double[] ofW = supervisors.getOrDefault(id, new double[0]);
            double[] ofC = ceilings.getOrDefault(id, new double[0]);
            if (y == null || y >= ofS.length || ofS.length != ofW.length) {
                continue; // abstentions have no probabilities
            }
            weakScores.add(ofW, y);
            strongScores.add(ofS, y);
            if (ofS.length != ofC.length) {
                continue;
            }
            int weak = argmax(ofW);
            int strong = argmax(ofS);
            n++;
            w += weak == y ? 1 : 0;
            s += strong == y ? 1 : 0;
            c += argmax(ofC) == y ? 1 : 0;
            agree += strong == weak ? 1 : 0;
            agreeRight += strong == weak && weak == y ? 1 : 0;
        }
        String where = names(pair) + " seed " + pair.get("seed");
        weakScores.same(where, "supervisor", pair);
        strongScores.same(where, "student", pair);
        same(where, "n", n, pair.get("n"));
        same(where, "supervisorAccuracy", w / n, pair.get("supervisorAccuracy"));
        same(where, "studentAccuracy", s / n, pair.get("studentAccuracy"));
        same(where, "ceilingAccuracy", without ? Double.NaN : c / n, pair.get("ceilingAccuracy"));
        same(where, "agreement", agree / n, pair.get("agreement"));
        same(
                where,
                "agreementWhenSupervisorRight",
                agreeRight / w,
                pair.get("agreementWhenSupervisorRight"));
        same(
                where,
                "agreementWhenSupervisorWrong",
                (agree - agreeRight) / (n - w),
                pair.get("agreementWhenSupervisorWrong"));
        if (pair.get("pgr").isNull()) {
            if (pair.get("pgrUndefined").isNull()) {
                throw new AssertionError(where + ": PGR is null without a reason");
            }
            return Double.NaN;
        }
        same(where, "pgr", (s - w) / (c - w), pair.get("pgr"));
        return (s - w) / (c - w);
    }

    private Map<String, double[]> sweep(String model, long checkpoint) {
        Map<String, double[]> sweep =
                predicted.getOrDefault(model, new TreeMap<>()).get(checkpoint);
        if (sweep == null) {
            throw new AssertionError(
                    "no holdout predictions of " + model + " at checkpoint " + checkpoint);
        }
        return sweep;
    }

    private long last(String model) {
        var sweeps = predicted.getOrDefault(model, new TreeMap<>());
        return sweeps.isEmpty() ? -1 : sweeps.lastKey();
    }

    private static String names(JsonNode pair) {
        return pair.get("supervisor").textValue() + " -> " + pair.get("student").textValue();
    }

    /** NaN stands for null. */
    private static void same(String where, String key, double counted, JsonNode told) {
        same(where, key, counted, told, LAST_BITS);
    }

    private static void same(
            String where, String key, double counted, JsonNode told, double tolerance) {
        double other = told.isNull() ? Double.NaN : told.doubleValue();
        boolean equal =
                Double.isNaN(counted)
                        ? Double.isNaN(other)
                        : Math.abs(counted - other) <= tolerance;
        if (!equal) {
            throw new AssertionError(where + ": " + key + " counted " + counted + ", told " + told);
        }
    }

    private static double[] row(JsonNode probabilities) {
        double[] row = new double[probabilities.size()];
        for (int k = 0; k < row.length; k++) {
            row[k] = probabilities.get(k).floatValue();
        }
        return row;
    }

    private static int argmax(double[] probabilities) {
        int best = 0;
        for (int k = 1; k < probabilities.length; k++) {
            best = probabilities[k] > probabilities[best] ? k : best;
        }
        return best;
    }

    /** Brier score, log loss and calibration error of a model, from the distributions. */
    private static final class Scores {
        private final double[] confidence = new double[15];
        private final double[] right = new double[15];
        private double brier;
        private double logLoss;
        private double n;

        void add(double[] row, int truth) {
            n++;
            for (int k = 0; k < row.length; k++) {
                brier += Math.pow(row[k] - (k == truth ? 1 : 0), 2);
            }
            logLoss -= Math.log(Math.max(row[truth], 1e-7));
            int says = argmax(row);
            int bin = 0;
            while (bin < 14 && row[says] > (bin + 1) / 15.) {
                bin++;
            }
            confidence[bin] += row[says];
            right[bin] += says == truth ? 1 : 0;
        }

        void same(String where, String of, JsonNode pair) {
            if (!pair.has(of + "Brier")) {
                return; // a summary of an older release
            }
            double ece = 0;
            for (int bin = 0; bin < 15; bin++) {
                ece += Math.abs(right[bin] - confidence[bin]) / n;
            }
            Recount.same(where, of + "Brier", brier / n, pair.get(of + "Brier"), FIXED_POINT);
            Recount.same(where, of + "LogLoss", logLoss / n, pair.get(of + "LogLoss"), FIXED_POINT);
            Recount.same(where, of + "Ece", ece, pair.get(of + "Ece"), FIXED_POINT);
        }
    }

    private static void lines(Path file, Consumer<JsonNode> each) throws IOException {
        try (BufferedReader in = Files.newBufferedReader(file)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                each.accept(JSON.readTree(line));
            }
        }
    }
}
