package dev.belay.models.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.belay.models.Rng;
import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MomentsTest {
    /** Features of very different scales; the last one never varies. */
    private static final double[] SCALES = {1, 1e6, 1e-4, 0};

    @Test
    void batchesTogetherStandardizeAsOneBatch() {
        // Given: 3 batches of different sizes
        List<float[]> rows = rows(300);
        Moments moments = Moments.none(4);
        // When
        moments.add(rows.subList(0, 7));
        moments.add(List.of());
        moments.add(rows.subList(7, 200));
        moments.add(rows.subList(200, 300));
        // Then: mean and deviation by their definition
        float[][] found = moments.standardize(rows);
        for (int f = 0; f < 3; f++) {
            int feature = f;
            double mean = rows.stream().mapToDouble(r -> r[feature]).average().orElseThrow();
            double variance =
                    rows.stream()
                            .mapToDouble(r -> (r[feature] - mean) * (r[feature] - mean))
                            .average()
                            .orElseThrow();
            for (int i = 0; i < found.length; i++)
                assertEquals((rows.get(i)[f] - mean) / Math.sqrt(variance), found[i][f], 1e-4);
        }
        for (float[] row : found) assertEquals(0, row[3]);
    }

    @Test
    void withoutRowsAllIsZero() {
        assertArrayEquals(new float[2][4], Moments.none(4).standardize(rows(2)));
    }

    @Test
    void whatIsReadBackGoesOnBitForBit() {
        // Given
        List<float[]> rows = rows(90);
        Moments whole = Moments.none(4);
        Moments broken = Moments.none(4);
        for (int from = 0; from < 90; from += 30) {
            // When
            whole.add(rows.subList(from, from + 30));
            broken.add(rows.subList(from, from + 30));
            broken = Moments.read(file(broken), 4);
            // Then
            assertArrayEquals(whole.standardize(rows), broken.standardize(rows));
        }
    }

    @Test
    void anotherNumberOfFeaturesIsRefused() {
        SafeTensors file = file(Moments.none(3));
        assertThrows(MalformedCheckpointException.class, () -> Moments.read(file, 4));
    }

    private static SafeTensors file(Moments moments) {
        return SafeTensors.read(SafeTensors.of(Map.of(), List.of(moments.tensors())).write());
    }

    private static List<float[]> rows(int count) {
        var random = new Rng(5);
        var rows = new ArrayList<float[]>();
        for (int i = 0; i < count; i++) {
            float[] row = new float[SCALES.length];
            for (int f = 0; f < row.length; f++)
                row[f] = (float) (SCALES[f] * (3 + random.nextFloat()));
            rows.add(row);
        }
        return rows;
    }
}
