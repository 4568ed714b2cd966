package dev.belay.schemas;

import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Collects the predictions of one checkpoint for examples of one partition into blocks within the
 * size limits of the topic. Not thread-safe.
 */
public final class PredictionBlocks {
    public static final int MAX_ROWS = 1024;
    public static final int MAX_BYTES = 512 << 10;

    private static final int ROW_OVERHEAD_BYTES = 16; // id's length, event time, options: varints

    private final TaskKind kind;
    private final String model;
    private final long checkpoint;
    private final Phase phase;
    private final long sweepRows;
    private final boolean labels;
    private final int holdoutVersion;
    private final List<PredictionBlock> full = new ArrayList<>();
    private List<String> ids = new ArrayList<>();
    private List<Long> times = new ArrayList<>();
    private List<Float> probabilities = new ArrayList<>();
    private List<Integer> abstained = new ArrayList<>();
    private final int[] sizes = new int[MAX_ROWS]; // of the rows' distributions
    private int bytes;

    /**
     * @param sweepRows HOLDOUT: rows of the whole sweep over all partitions; else 0
     */
    public PredictionBlocks(
            TaskKind kind, String model, long checkpoint, Phase phase, long sweepRows) {
        this(kind, model, checkpoint, phase, sweepRows, false, 0);
    }

    /**
     * Blocks of a sweep.
     *
     * @param sweepRows rows of the whole sweep over all partitions
     * @param holdoutVersion of the holdout that is swept
     */
    public static PredictionBlocks ofSweep(
            TaskKind kind, String model, long checkpoint, long sweepRows, int holdoutVersion) {
        return new PredictionBlocks(
                kind, model, checkpoint, Phase.HOLDOUT, sweepRows, false, holdoutVersion);
    }

    /** Blocks of predictions that a labeler uses as labels. */
    public static PredictionBlocks ofLabels(TaskKind kind, String model, long checkpoint) {
        return new PredictionBlocks(kind, model, checkpoint, Phase.PROGRESSIVE, 0, true, 0);
    }

    private PredictionBlocks(
            TaskKind kind,
            String model,
            long checkpoint,
            Phase phase,
            long sweepRows,
            boolean labels,
            int holdoutVersion) {
        this.kind = kind;
        this.model = model;
        this.checkpoint = checkpoint;
        this.phase = phase;
        this.sweepRows = sweepRows;
        this.labels = labels;
        this.holdoutVersion = holdoutVersion;
    }

    /**
     * Adds a row.
     *
     * @param distribution one probability a class, or an option of the example
     */
    public void add(String id, long eventTimeMs, float[] distribution) {
        int size =
                id.getBytes(StandardCharsets.UTF_8).length
                        + ROW_OVERHEAD_BYTES
                        + Float.BYTES * distribution.length;
        if (!ids.isEmpty() && (ids.size() == MAX_ROWS || bytes + size > MAX_BYTES)) {
            close();
        }
        sizes[ids.size()] = distribution.length;
        ids.add(id);
        times.add(eventTimeMs);
        for (float p : distribution) {
            probabilities.add(p);
        }
        bytes += size;
    }

    /**
     * Adds a row for which the labeler abstained.
     *
     * @param size number of the task's classes, or of the example's options
     */
    public void addAbstained(String id, long eventTimeMs, int size) {
        add(id, eventTimeMs, new float[size]);
        abstained.add(ids.size() - 1);
    }

    /** All blocks so far, in the order of their rows; none when there were no rows. */
    public List<PredictionBlock> blocks() {
        if (!ids.isEmpty()) {
            close();
        }
        return List.copyOf(full);
    }

    private void close() {
        full.add(
                EventFactory.block(
                        model,
                        checkpoint,
                        phase,
                        kind == TaskKind.CHOICE
                                ? BlockRows.of(0, Arrays.copyOf(sizes, ids.size()))
                                : BlockRows.ofClasses(sizes[0]),
                        ids,
                        times,
                        probabilities,
                        sweepRows,
                        labels,
                        abstained,
                        holdoutVersion));
        ids = new ArrayList<>();
        times = new ArrayList<>();
        probabilities = new ArrayList<>();
        abstained = new ArrayList<>();
        bytes = 0;
    }
}
