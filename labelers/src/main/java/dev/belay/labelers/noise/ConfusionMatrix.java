package dev.belay.labelers.noise;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Probabilities of a wrong class, by the right one; the diagonal is what remains. */
final class ConfusionMatrix {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final double[][] wrong; // (class, other class), 0 on the diagonal

    private ConfusionMatrix(double[][] wrong) {
        this.wrong = wrong;
    }

    /**
     * Reads {@code {class: {other class: probability}}}.
     *
     * @throws IllegalArgumentException when it is malformed, or a row's sum is above 1
     */
    static ConfusionMatrix parse(String json, List<String> classes) {
        if (classes.isEmpty()) {
            throw new IllegalArgumentException(
                    "matrix: found one, expected none in a task of kind choice");
        }
        Map<String, @Nullable Map<String, @Nullable Double>> rows;
        try {
            rows = JSON.readValue(json, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "matrix: found %s, expected {class: {other class: probability}}"
                            .formatted(json),
                    e);
        }
        double[][] wrong = new double[classes.size()][classes.size()];
        rows.forEach(
                (from, row) -> {
                    if (row == null) {
                        throw new IllegalArgumentException(
                                "matrix: found null of %s, expected {other class: probability}"
                                        .formatted(from));
                    }
                    double sum = 0;
                    for (Map.Entry<String, @Nullable Double> entry : row.entrySet()) {
                        Double p = entry.getValue();
                        if (p == null || !(p >= 0 && p <= 1)) {
                            throw new IllegalArgumentException(
                                    "matrix: found %s of %s to %s, expected a number in [0, 1]"
                                            .formatted(p, from, entry.getKey()));
                        }
                        int to = index(entry.getKey(), classes);
                        if (to != index(from, classes)) { // the diagonal is what remains
                            wrong[index(from, classes)][to] = p;
                            sum += p;
                        }
                    }
                    if (sum > 1 + 1e-9) {
                        throw new IllegalArgumentException(
                                "matrix: found a sum of %s over the wrong classes of %s, expected at most 1"
                                        .formatted(sum, from));
                    }
                });
        return new ConfusionMatrix(wrong);
    }

    private static int index(String name, List<String> classes) {
        int index = classes.indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException(
                    "matrix: found class '%s', expected one of %s".formatted(name, classes));
        }
        return index;
    }

    /**
     * The class instead of a label.
     *
     * @param u uniform in [0, 1)
     * @param rate factor of all probabilities, in [0, 1]
     */
    int replace(int label, double u, double rate) {
        double sum = 0;
        for (int k = 0; k < wrong.length; k++) {
            sum += rate * wrong[label][k];
            if (u < sum) {
                return k;
            }
        }
        return label;
    }
}
