package dev.belay.producers.chess;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.belay.chess.Move;
import dev.belay.chess.Position;
import java.util.Comparator;
import java.util.List;

/**
 * The legal moves of a position as options.
 *
 * @param moves in the order of their UCI notation
 */
record MoveOptions(Position position, List<Move> moves) {
    static MoveOptions of(Position position) {
        return new MoveOptions(
                position,
                position.legalMoves().stream().sorted(Comparator.comparing(Move::uci)).toList());
    }

    /** The positions after the moves, in FEN. */
    ArrayNode fens() {
        ArrayNode fens = JsonNodeFactory.instance.arrayNode();
        moves.forEach(move -> fens.add(position.after(move).fen()));
        return fens;
    }
}
