package dev.belay.models.chess;

import dev.belay.models.image.ConvShape;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import dev.belay.plugins.Plugin;
import java.util.List;

/**
 * The encoder {@code chess-cnn}: convolutions over {@link ChessPlanes}, all of the same width,
 * without pooling: on a board every square counts.
 */
public final class ChessConv {
    /** {@code chess-cnn} and its parameters. */
    public static final Plugin PLUGIN =
            new Plugin() {
                @Override
                public String name() {
                    return "chess-cnn";
                }

                @Override
                public List<Parameter> parameters() {
                    return List.of(
                            Parameter.integer("filters", 32, 1, 256, "Filters of every block."),
                            Parameter.integer(
                                    "blocks",
                                    4,
                                    1,
                                    16,
                                    "Blocks of a 3 x 3 convolution and ReLU; from the second on a"
                                            + " block's input is added to its output."));
                }
            };

    private ChessConv() {}

    public static ConvShape of(Parameters parameters) {
        return ConvShape.residual(
                ChessPlanes.INSTANCE,
                (int) parameters.integer("filters"),
                (int) parameters.integer("blocks"));
    }
}
