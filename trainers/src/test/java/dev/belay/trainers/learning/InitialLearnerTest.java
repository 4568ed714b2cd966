package dev.belay.trainers.learning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.chess.Captures;
import dev.belay.chess.Move;
import dev.belay.chess.Position;
import dev.belay.models.input.Input;
import dev.belay.models.loss.BalancedPredictions;
import dev.belay.models.network.Networks;
import dev.belay.models.torch.Device;
import dev.belay.schemas.TaskKind;
import dev.belay.schemas.events.FineTuning;
import dev.belay.schemas.events.FineTuningScope;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.trainers.Specs;
import dev.belay.trainers.labels.LabelledExample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Learners that start from the weights of another model, on chess moves that win material. */
class InitialLearnerTest {
    private static final Path NONE = Path.of("unused");

    @Test
    void whatOneModelHasLearnedTheNextOneKnowsFromTheStart() {
        ModelSpec spec = spec("2", 1);
        try (Learner<?> first = Learner.fresh(spec, networks())) {
            for (int i = 0; i < 4; i++) first.run(examples(100 * i, 100));
            List<LabelledExample> last = examples(400, 100);
            int before = right(fresh(spec, null, last), last);
            int after = right(fresh(spec("2", 2), first.weights(), last), last);
            assertTrue(after > before + 10, before + " of 100 right, then " + after);
        }
    }

    @Test
    void aLearnerRestoredAfterItsFirstMicroEpochEndsWithTheSameBits() {
        byte[] initial;
        try (Learner<?> first = Learner.fresh(spec("2", 1), networks())) {
            first.run(examples(0, 20));
            initial = first.weights();
        }
        ModelSpec spec = spec("3", 2); // one block more
        assertEquals(
                List.of("conv.0", "conv.1", "output"),
                InitialLayers.shared(spec, spec("2", 1), NONE));
        try (Learner<?> whole = Learner.fresh(spec, networks(), initial);
                Learner<?> begun = Learner.fresh(spec, networks(), initial)) {
            whole.run(examples(20, 20));
            begun.run(examples(20, 20));
            try (Learner<?> restored =
                    Learner.restored(spec, networks(), begun.weights(), begun.state(), 20)) {
                whole.run(examples(40, 20));
                restored.run(examples(40, 20));
                assertArrayEquals(whole.weights(), restored.weights());
                assertArrayEquals(whole.state(), restored.state());
                try (Learner<?> otherwise = Learner.fresh(spec, networks())) {
                    otherwise.run(examples(20, 20));
                    otherwise.run(examples(40, 20));
                    assertNotEquals(
                            Arrays.hashCode(whole.weights()), Arrays.hashCode(otherwise.weights()));
                }
            }
        }
    }

    private static float[][] fresh(
            ModelSpec spec, byte @Nullable [] initial, List<LabelledExample> examples) {
        try (Learner<?> learner = Learner.fresh(spec, networks(), initial)) {
            return learner.run(examples).predictions();
        }
    }

    private static int right(float[][] predictions, List<LabelledExample> examples) {
        int right = 0;
        for (int i = 0; i < predictions.length; i++)
            if (BalancedPredictions.argmax(predictions[i])
                    == BalancedPredictions.argmax(examples.get(i).probabilities())) right++;
        return right;
    }

    private static ModelSpec spec(String blocks, long seed) {
        ModelSpec classes = Specs.of("mlp", Specs.LINEAR, Specs.CROSS_ENTROPY, 2, 0, seed);
        return ModelSpec.newBuilder(classes)
                .setEncoderName("chess-cnn")
                .setEncoderParameters(Map.of("filters", "8", "blocks", blocks))
                .setFineTuning(
                        FineTuning.newBuilder()
                                .setScope(FineTuningScope.FULL)
                                .setEmbeddings(true)
                                .build())
                .setTaskKind(TaskKind.CHOICE.toString())
                .setClasses(List.of())
                .setPasses(3)
                .setOptimizer(
                        Optimizer.newBuilder(classes.getOptimizer()).setLearningRate(3e-3).build())
                .build();
    }

    private static Networks networks() {
        return Networks.of(Device.CPU, NONE, NONE);
    }

    /** Positions of random games whose best move is the only one. */
    private static List<LabelledExample> examples(int from, int count) {
        var examples = new ArrayList<LabelledExample>();
        for (int game = 1000 * from; examples.size() < count; game++) {
            var random = new Random(game);
            Position position =
                    Position.parse("rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1");
            List<Move> moves = position.legalMoves();
            for (int ply = 0; ply < 30 && !moves.isEmpty(); ply++) {
                position = position.after(moves.get(random.nextInt(moves.size())));
                moves = position.legalMoves();
            }
            Move best = Captures.best(position);
            if (best == null) continue;
            var options = new ArrayList<Input>();
            for (Move move : moves) options.add(Input.of(position.after(move).fen()));
            float[] label = new float[moves.size()];
            label[moves.indexOf(best)] = 1;
            var choice = new Input.Choice(Input.of(position.fen()), options);
            examples.add(new LabelledExample("game-" + game, choice, 0, label));
        }
        return examples;
    }
}
