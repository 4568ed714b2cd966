package dev.belay.aggregators.topology;

import static dev.belay.aggregators.topology.Specs.checkpoint;

import dev.belay.aggregators.topology.RandomEvents.Known;
import dev.belay.schemas.EventFactory;
import dev.belay.schemas.events.Phase;
import dev.belay.schemas.events.PredictionBlock;
import dev.belay.schemas.events.Truth;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Truth, predictions, specs and checkpoints of a student with a ceiling, one without, their
 * supervisor, the ceiling, and one that learns from the first student, in any order: with
 * repetitions, corrections, truth that is late or taken back or has tags, and sweeps that say how
 * many examples they have, or not.
 */
final class RandomEvents {
    private static final String[] MODELS = {"weak", "naive", "free", "boot", "top"};
    private static final int EXAMPLES = 8;

    /** All slices of {@link #tags}. */
    static final List<String> SLICES = List.of("lang=de", "lang=fr", "source=a|b");

    private static final long[] TRUTH_TIMES = {0, 1, 2, 3, 5, 8, 12, 900, 1_004, 2_000};

    private RandomEvents() {}

    /** A spec (0), or a checkpoint's number. */
    record Known(String model, int number) {}

    /** Each a Truth (label -1: taken back), a PredictionBlock or a {@link Known}. */
    static List<Object> of(Random random) {
        List<Object> all = new ArrayList<>(data(random));
        all.addAll(catalog());
        Collections.shuffle(all, random);
        return all;
    }

    private static List<Known> catalog() {
        List<Known> catalog = new ArrayList<>();
        for (String model : MODELS) {
            for (int number = 0; number <= (model.equals("weak") ? 1 : 2); number++) {
                catalog.add(new Known(model, number));
            }
        }
        return catalog;
    }

    private static List<Object> data(Random random) {
        List<Object> data = new ArrayList<>();
        for (int i = 5 + random.nextInt(2 * EXAMPLES); i > 0; i--) {
            int label = random.nextInt(6) == 0 ? -1 : random.nextInt(2);
            long timeMs = TRUTH_TIMES[random.nextInt(TRUTH_TIMES.length)];
            data.add(
                    Truth.newBuilder(EventFactory.truth(id(random), label, timeMs))
                            .setTags(label < 0 ? Map.of() : tags(random))
                            .build());
        }
        for (int i = 8 + random.nextInt(32); i > 0; i--) {
            String model = MODELS[random.nextInt(MODELS.length)];
            long checkpoint = model.equals("weak") ? 1 : 1 + random.nextInt(2);
            List<String> ids = new ArrayList<>();
            int[] predicted = new int[1 + random.nextInt(6)];
            for (int r = 0; r < predicted.length; r++) {
                ids.add(id(random));
                predicted[r] = random.nextInt(2);
            }
            long timeMs = random.nextInt(9);
            PredictionBlock block =
                    random.nextInt(3) == 0
                            ? Blocks.sweep(model, checkpoint, 0, timeMs, ids, predicted)
                            : Blocks.atAnyTime(
                                    Blocks.progressive(model, checkpoint, timeMs, ids, predicted),
                                    random,
                                    timeMs,
                                    3);
            if (block.getPhase() == Phase.PROGRESSIVE && random.nextInt(3) == 0) {
                block = Blocks.asLabels(block);
            }
            data.add(block);
            if (random.nextInt(4) == 0) {
                data.add(block);
            }
        }
        return withSizes(random, data);
    }

    /** Says in each block of a sweep how many examples the whole of it has; of some: unknown. */
    private static List<Object> withSizes(Random random, List<Object> data) {
        Map<String, Set<String>> ids = new HashMap<>();
        for (Object event : data) {
            if (event instanceof PredictionBlock block && block.getPhase() == Phase.HOLDOUT) {
                ids.computeIfAbsent(sweep(block), s -> new HashSet<>()).addAll(block.getIds());
            }
        }
        Map<String, Long> sizes = new HashMap<>();
        ids.forEach(
                (sweep, all) -> sizes.put(sweep, random.nextInt(3) == 0 ? 0 : (long) all.size()));
        return data.stream()
                .map(
                        event ->
                                event instanceof PredictionBlock block
                                        ? PredictionBlock.newBuilder(block)
                                                .setSweepRows(sizes.getOrDefault(sweep(block), 0L))
                                                .build()
                                        : event)
                .toList();
    }

    private static String sweep(PredictionBlock block) {
        return block.getPhase() + block.getModel() + block.getCheckpoint();
    }

    private static Map<String, String> tags(Random random) {
        Map<String, String> tags = new HashMap<>();
        if (random.nextBoolean()) {
            tags.put("lang", random.nextBoolean() ? "de" : "fr");
        }
        if (random.nextInt(4) == 0) {
            tags.put("source", "a|b");
        }
        return tags;
    }

    private static String id(Random random) {
        return "e" + random.nextInt(EXAMPLES);
    }
}
