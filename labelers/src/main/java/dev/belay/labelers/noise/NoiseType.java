package dev.belay.labelers.noise;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Which labels are replaced, and by what. */
enum NoiseType {
    /** Any; by each other class equally likely. */
    UNIFORM,
    /** Any; by the class that the row of the matrix gives. */
    CONFUSION,
    /** Of texts of at least a length; by each other class equally likely. */
    LONGEST,
    /** Of texts of at most a length; by each other class equally likely. */
    SHORTEST,
    /**
     * Where the judge's two greatest probabilities differ by at most a threshold; by the judge's
     * most probable class other than the label.
     */
    BOUNDARY,
    /** Where the judge's greatest probability is at most a threshold; as {@link #BOUNDARY}. */
    UNSURE,
    /**
     * Where the judge's most probable class is the label, with at least a threshold; by each other
     * class equally likely.
     */
    CONFIDENT;

    static List<String> names() {
        return Arrays.stream(values()).map(type -> type.name().toLowerCase(Locale.ROOT)).toList();
    }

    boolean isJudged() {
        return this == BOUNDARY || this == UNSURE || this == CONFIDENT;
    }

    boolean hasLength() {
        return this == LONGEST || this == SHORTEST;
    }
}
