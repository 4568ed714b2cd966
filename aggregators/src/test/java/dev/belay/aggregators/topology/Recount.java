package dev.belay.aggregators.topology;

import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Truth;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The cells as somebody would count them who has all events before him: no code of the product, no
 * increments, everything looked for again.
 */
final class Recount {
    /** 16 cells and the examples without truth. */
    record Table(List<Long> cells, long withoutTruth) {
        static final Table EMPTY = new Table(Collections.nCopies(16, 0L), 0);

        boolean empty() {
            return withoutTruth == 0 && cells.stream().allMatch(c -> c == 0);
        }
    }

    private record Said(String id, long checkpoint, long timeMs, List<Float> row) {
        int label() {
            return row.get(1) > row.get(0) ? 1 : 0;
        }
    }

    private static final Comparator<Said> NEWEST =
            Comparator.comparingLong(Said::timeMs)
                    .thenComparing(s -> s.row().get(0))
                    .thenComparing(s -> s.row().get(1));

    private static final Comparator<Said> FIRST_LEARNED =
            Comparator.<Said>comparingLong(s -> -s.checkpoint()).thenComparing(NEWEST);

    private static final long ANY_TIME = Long.MAX_VALUE / 2;

    private final List<Truth> truths;
    private final List<PredictionBlock> blocks;

    Recount(List<Truth> truths, List<PredictionBlock> blocks) {
        this.truths = truths;
        this.blocks = blocks;
    }

    Table holdout(String supervisor, long w, String student, long s, @Nullable String top, long c) {
        return table(
                said(supervisor, Phase.HOLDOUT, k -> k == w, NEWEST),
                said(student, Phase.HOLDOUT, k -> k == s, NEWEST),
                top == null ? null : said(top, Phase.HOLDOUT, k -> k == c, NEWEST),
                ANY_TIME);
    }

    Table progressive(String supervisor, String student, @Nullable String top) {
        return progressive(supervisor, student, top, t -> true, ANY_TIME);
    }

    /**
     * @param window of event times of the student's predictions
     * @param lateMs how much later truth may come
     */
    Table progressive(
            String supervisor,
            String student,
            @Nullable String top,
            Predicate<Long> window,
            long lateMs) {
        Map<String, Said> learned = said(student, Phase.PROGRESSIVE, k -> true, FIRST_LEARNED);
        learned.values().removeIf(said -> !window.test(said.timeMs()));
        return table(
                said(supervisor, Phase.PROGRESSIVE, k -> true, NEWEST),
                learned,
                top == null ? null : said(top, Phase.PROGRESSIVE, k -> true, FIRST_LEARNED),
                lateMs);
    }

    private Table table(
            Map<String, Said> supervisor,
            Map<String, Said> student,
            @Nullable Map<String, Said> ceiling,
            long lateMs) {
        long[] cells = new long[16];
        long withoutTruth = 0;
        Set<String> ids = new TreeSet<>(supervisor.keySet());
        ids.retainAll(student.keySet());
        if (ceiling != null) {
            ids.retainAll(ceiling.keySet());
        }
        for (String id : ids) {
            Said said = student.get(id);
            long untilMs = said == null ? 0 : said.timeMs() + lateMs;
            Optional<Truth> truth =
                    truths.stream()
                            .filter(t -> t.getId().equals(id) && t.getEventTimeMs() <= untilMs)
                            .max(
                                    Comparator.comparingLong(Truth::getEventTimeMs)
                                            .thenComparing(Truth::getLabel));
            if (truth.isEmpty() || truth.get().getLabel() < 0) { // taken back
                withoutTruth++;
                continue;
            }
            int y = truth.get().getLabel();
            int w = label(supervisor, id);
            int s = label(student, id);
            int c = ceiling == null ? -1 : label(ceiling, id);
            int index = w == y ? 8 : 0;
            index += s == y ? 4 : 0;
            index += c == y ? 2 : 0;
            index += s == w ? 1 : 0;
            cells[index]++;
        }
        List<Long> list = new ArrayList<>();
        for (long cell : cells) {
            list.add(cell);
        }
        return new Table(list, withoutTruth);
    }

    private static int label(Map<String, Said> column, String id) {
        Said said = column.get(id);
        return said == null ? -1 : said.label();
    }

    private Map<String, Said> said(
            String model, Phase phase, Predicate<Long> checkpoints, Comparator<Said> best) {
        Map<String, Said> winner = new HashMap<>();
        for (PredictionBlock block : blocks) {
            if (block.getModel().equals(Specs.id(model))
                    && block.getPhase() == phase
                    && checkpoints.test(block.getCheckpoint())) {
                for (int i = 0; i < block.getIds().size(); i++) {
                    Said said =
                            new Said(
                                    block.getIds().get(i),
                                    block.getCheckpoint(),
                                    block.getEventTimesMs().get(i),
                                    block.getProbabilities().subList(2 * i, 2 * i + 2));
                    winner.merge(said.id(), said, (a, b) -> best.compare(b, a) > 0 ? b : a);
                }
            }
        }
        return winner;
    }
}
