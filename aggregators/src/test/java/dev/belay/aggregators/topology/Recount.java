package dev.belay.aggregators.topology;

import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Truth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
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

    /**
     * What an event says beyond the cells, of all that supervisor and student have predicted.
     *
     * @param confusion "truth said-by-the-supervisor" → examples
     * @param studentSays by class
     * @param supervisorBrier sum over the examples with truth, exact for quarters
     * @param misfit sum of squared differences
     * @param same examples on which both say the same, with truth or without
     */
    record Beyond(
            Map<String, Long> confusion,
            Map<Integer, Long> studentSays,
            double supervisorBrier,
            double studentBrier,
            double misfit,
            long same,
            long predicted,
            long n) {}

    private record Said(String id, long checkpoint, boolean isLabel, long timeMs, List<Float> row) {
        int label() {
            return row.get(1) > row.get(0) ? 1 : 0;
        }

        double brier(int truth) {
            return Math.pow(row.get(truth) - 1, 2) + Math.pow(row.get(1 - truth), 2);
        }

        double misfit(Said other) {
            return Math.pow(row.get(0) - other.row.get(0), 2)
                    + Math.pow(row.get(1) - other.row.get(1), 2);
        }
    }

    private static final Comparator<Said> NEWEST =
            Comparator.comparingLong(Said::timeMs)
                    .thenComparing(s -> s.row().get(0))
                    .thenComparing(s -> s.row().get(1));

    private static final long ANY_TIME = Long.MAX_VALUE / 2;

    private final List<Truth> truths;
    private final List<PredictionBlock> blocks;
    private final @Nullable String slice;
    private final Map<String, Map<String, Said>> streams = new HashMap<>(); // looked for once

    Recount(List<Truth> truths, List<PredictionBlock> blocks) {
        this(truths, blocks, null);
    }

    private Recount(List<Truth> truths, List<PredictionBlock> blocks, @Nullable String slice) {
        this.truths = truths;
        this.blocks = blocks;
        this.slice = slice;
    }

    /** A recount of the examples whose newest truth has a tag, name=value. */
    Recount of(String tag) {
        return new Recount(truths, blocks, tag);
    }

    private boolean counts(String id) {
        return slice == null
                || truths.stream()
                        .filter(t -> t.getId().equals(id))
                        .max(
                                Comparator.comparingLong(Truth::getEventTimeMs)
                                        .thenComparing(Truth::getLabel)
                                        .thenComparing(Recount::tags, Arrays::compare))
                        .filter(t -> Arrays.asList(tags(t)).contains(slice))
                        .isPresent();
    }

    private static String[] tags(Truth truth) {
        return truth.getTags().entrySet().stream()
                .map(tag -> tag.getKey() + "=" + tag.getValue())
                .sorted()
                .toArray(String[]::new);
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
        Map<String, Said> learned = learned(student);
        learned.values().removeIf(said -> !window.test(said.timeMs()));
        return table(labels(supervisor), learned, top == null ? null : learned(top), lateMs);
    }

    /** The holdout as a model's checkpoint predicts it. */
    record Sweep(String model, long checkpoint) {}

    /**
     * Whether nothing is known to be missing in a comparison: no sweep lacks rows, or one that says
     * how many it has, and has them, was predicted by all others.
     *
     * @param seen of ids: those that are looked at
     */
    boolean tellable(Predicate<String> seen, List<Sweep> sweeps) {
        List<Set<String>> ids =
                sweeps.stream().map(s -> predicted(s.model(), s.checkpoint())).toList();
        List<Sweep> complete =
                sweeps.stream().filter(s -> complete(s.model(), s.checkpoint(), seen)).toList();
        return complete.size() == sweeps.size()
                || complete.stream()
                        .filter(this::saysItsSize)
                        .map(s -> predicted(s.model(), s.checkpoint()).stream().filter(seen))
                        .anyMatch(
                                own ->
                                        own.allMatch(
                                                id -> ids.stream().allMatch(i -> i.contains(id))));
    }

    private boolean saysItsSize(Sweep sweep) {
        return blocksOf(sweep).anyMatch(b -> b.getSweepRows() > 0);
    }

    private Stream<PredictionBlock> blocksOf(Sweep sweep) {
        return blocks.stream()
                .filter(b -> b.getModel().equals(Specs.id(sweep.model())))
                .filter(b -> b.getPhase() == Phase.HOLDOUT)
                .filter(b -> b.getCheckpoint() == sweep.checkpoint());
    }

    /** Whether no row of a sweep is missing, by what its blocks say of its size. */
    private boolean complete(String model, long checkpoint, Predicate<String> seen) {
        long rows = predicted(model, checkpoint).stream().filter(seen).count();
        return blocksOf(new Sweep(model, checkpoint))
                .filter(b -> b.getIds().stream().anyMatch(seen))
                .allMatch(b -> b.getSweepRows() <= rows);
    }

    /** Ids of a sweep as far as it has come. */
    Set<String> predicted(String model, long checkpoint) {
        return said(model, Phase.HOLDOUT, k -> k == checkpoint, NEWEST).keySet();
    }

    Beyond holdoutBeyond(String supervisor, long w, String student, long s) {
        return beyond(
                said(supervisor, Phase.HOLDOUT, k -> k == w, NEWEST),
                said(student, Phase.HOLDOUT, k -> k == s, NEWEST),
                ANY_TIME);
    }

    Beyond progressiveBeyond(
            String supervisor, String student, Predicate<Long> window, long lateMs) {
        Map<String, Said> learned = learned(student);
        learned.values().removeIf(said -> !window.test(said.timeMs()));
        return beyond(labels(supervisor), learned, lateMs);
    }

    private Beyond beyond(Map<String, Said> supervisor, Map<String, Said> student, long lateMs) {
        Map<String, Long> confusion = new HashMap<>();
        Map<Integer, Long> studentSays = new HashMap<>();
        double[] sums = new double[3];
        long same = 0;
        long predicted = 0;
        long n = 0;
        for (Said s : student.values()) {
            Said w = supervisor.get(s.id());
            if (w == null || !counts(s.id())) {
                continue;
            }
            predicted++;
            same += w.label() == s.label() ? 1 : 0;
            int y = truth(s.id(), s.timeMs() + lateMs);
            if (y >= 0) {
                n++;
                confusion.merge(y + " " + w.label(), 1L, Long::sum);
                studentSays.merge(s.label(), 1L, Long::sum);
                sums[0] += w.brier(y);
                sums[1] += s.brier(y);
                sums[2] += w.misfit(s);
            }
        }
        return new Beyond(confusion, studentSays, sums[0], sums[1], sums[2], same, predicted, n);
    }

    /** Examples of a comparison whose newest truth came too late. */
    long tooLate(
            String supervisor,
            String student,
            @Nullable String top,
            Predicate<Long> window,
            long lateMs) {
        Set<String> others = labels(supervisor).keySet();
        Set<String> ceiling = top == null ? others : learned(top).keySet();
        return learned(student).values().stream()
                .filter(s -> window.test(s.timeMs()))
                .filter(s -> others.contains(s.id()) && ceiling.contains(s.id()))
                .filter(s -> counts(s.id()))
                .filter(s -> truth(s.id(), s.timeMs() + lateMs) != truth(s.id(), Long.MAX_VALUE))
                .count();
    }

    /** The class as known by then; negative: not known, or taken back. */
    private int truth(String id, long untilMs) {
        return truths.stream()
                .filter(t -> t.getId().equals(id) && t.getEventTimeMs() <= untilMs)
                .max(Comparator.comparingLong(Truth::getEventTimeMs).thenComparing(Truth::getLabel))
                .map(Truth::getLabel)
                .orElse(-1);
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
        ids.removeIf(id -> !counts(id));
        for (String id : ids) {
            Said said = student.get(id);
            long untilMs = said == null ? 0 : said.timeMs() + lateMs;
            int y = truth(id, untilMs);
            if (y < 0) {
                withoutTruth++;
                continue;
            }
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
        all(model, phase, checkpoints)
                .forEach((id, all) -> all.stream().max(best).ifPresent(s -> winner.put(id, s)));
        return winner;
    }

    /**
     * By example what a model labelled it as: what it gave as a label or, if nothing says that it
     * is one, whatever it predicted; by the last checkpoint that did so.
     */
    private Map<String, Said> labels(String model) {
        return ofStream(model, true, LongStream::max);
    }

    /** By example what a model predicted before it could learn from it: by its first checkpoint. */
    private Map<String, Said> learned(String model) {
        return ofStream(model, false, LongStream::min);
    }

    private Map<String, Said> ofStream(
            String model, boolean labels, Function<LongStream, OptionalLong> which) {
        return new HashMap<>(
                streams.computeIfAbsent(model + labels, s -> chosen(model, labels, which)));
    }

    private Map<String, Said> chosen(
            String model, boolean labels, Function<LongStream, OptionalLong> which) {
        Map<String, Said> chosen = new HashMap<>();
        all(model, Phase.PROGRESSIVE, k -> true)
                .forEach(
                        (id, all) -> {
                            List<Said> of =
                                    all.stream().filter(s -> s.isLabel() == labels).toList();
                            List<Said> some = of.isEmpty() ? all : of;
                            long checkpoint =
                                    which.apply(some.stream().mapToLong(Said::checkpoint))
                                            .orElseThrow();
                            some.stream()
                                    .filter(s -> s.checkpoint() == checkpoint)
                                    .max(NEWEST)
                                    .ifPresent(s -> chosen.put(id, s));
                        });
        return chosen;
    }

    private Map<String, List<Said>> all(String model, Phase phase, Predicate<Long> checkpoints) {
        Map<String, List<Said>> all = new HashMap<>();
        for (PredictionBlock block : blocks) {
            if (block.getModel().equals(Specs.id(model))
                    && block.getPhase() == phase
                    && checkpoints.test(block.getCheckpoint())) {
                for (int i = 0; i < block.getIds().size(); i++) {
                    Said said =
                            new Said(
                                    block.getIds().get(i),
                                    block.getCheckpoint(),
                                    block.getLabels(),
                                    block.getEventTimesMs().get(i),
                                    block.getProbabilities().subList(2 * i, 2 * i + 2));
                    all.computeIfAbsent(said.id(), e -> new ArrayList<>()).add(said);
                }
            }
        }
        return all;
    }
}
