package dev.belay.models.encoder;

import dev.belay.models.chess.ChessPlanes;
import dev.belay.models.input.Input;
import dev.belay.plugins.Parameters;
import java.util.List;

/** The planes of a chess position as features, see {@link ChessPlanes}. */
public final class ChessPlanesEncoder implements Encoder {
    private static final String NAME = "chess-planes";

    /** {@code chess-planes}. */
    public static final class Provider implements EncoderProvider {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public int dimensions(Parameters parameters) {
            return ChessPlanes.INSTANCE.floats();
        }

        @Override
        public Encoder open(Parameters parameters) {
            return new ChessPlanesEncoder();
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int dimensions() {
        return ChessPlanes.INSTANCE.floats();
    }

    @Override
    public float[][] encode(List<Input> inputs) {
        return inputs.stream().map(ChessPlanes.INSTANCE::apply).toArray(float[][]::new);
    }

    @Override
    public void probe() {
        // has nothing that could fail for every position
    }

    @Override
    public void close() {
        // no resources
    }
}
