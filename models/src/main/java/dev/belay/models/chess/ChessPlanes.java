package dev.belay.models.chess;

import dev.belay.chess.Piece;
import dev.belay.chess.Position;
import dev.belay.models.image.Planes;
import dev.belay.models.input.Input;
import java.util.List;

/**
 * A chess position after a move, in FEN, as planes of 8 × 8 zeros and ones, seen by the side that
 * has just moved: its pieces come first, and it moves up the board (black's ranks are mirrored).
 *
 * <pre>
 *  0 … 5   its pawns, knights, bishops, rooks, queens, king
 *  6 … 11  the other side's
 *  12      rooks that may castle
 *  13      the en-passant square
 *  14, 15  squares that its pieces left and entered
 * </pre>
 *
 * <p>Of two parts the first is the position before the move and the last the one after it, as of a
 * choice with a prompt. A text is the position after the move; planes 14 and 15 are empty then.
 */
public final class ChessPlanes implements Planes {
    public static final ChessPlanes INSTANCE = new ChessPlanes();

    private static final int EDGE = 8;
    private static final int SQUARES = EDGE * EDGE;
    private static final int KINDS = 6;
    private static final int CASTLING = 2 * KINDS;
    private static final int EN_PASSANT = CASTLING + 1;
    private static final int LEFT = EN_PASSANT + 1;
    private static final int ENTERED = LEFT + 1;
    private static final int CHANNELS = ENTERED + 1;

    private ChessPlanes() {}

    @Override
    public int channels() {
        return CHANNELS;
    }

    @Override
    public int height() {
        return EDGE;
    }

    @Override
    public int width() {
        return EDGE;
    }

    @Override
    public float[] apply(Input input) {
        float[] planes = new float[floats()];
        if (input instanceof Input.Parts both) {
            List<Input.Part> parts = both.parts();
            Position before = Position.parse(parts.get(0).text());
            Position after = Position.parse(parts.get(parts.size() - 1).text());
            if (before.whiteToMove() == after.whiteToMove())
                throw new IllegalArgumentException(
                        "found two positions with the same side to move, expected one before and"
                                + " one after a move: "
                                + before.fen()
                                + ", "
                                + after.fen());
            board(after, planes);
            moved(before, after, planes);
        } else board(Position.parse(input.text()), planes);
        return planes;
    }

    private static void board(Position position, float[] planes) {
        boolean white = !position.whiteToMove(); // who has just moved
        int sign = white ? 1 : -1;
        for (int square = 0; square < SQUARES; square++) {
            int piece = position.at(square) * sign;
            if (piece == Piece.NONE) continue;
            int plane = piece > 0 ? piece - 1 : KINDS - piece - 1;
            planes[place(plane, square, white)] = 1;
        }
        for (boolean ofWhite : new boolean[] {true, false})
            for (boolean isShort : new boolean[] {true, false})
                if (position.mayCastle(ofWhite, isShort)) {
                    int rook = (isShort ? EDGE - 1 : 0) + (ofWhite ? 0 : SQUARES - EDGE);
                    planes[place(CASTLING, rook, white)] = 1;
                }
        if (position.enPassant() >= 0) planes[place(EN_PASSANT, position.enPassant(), white)] = 1;
    }

    private static void moved(Position before, Position after, float[] planes) {
        boolean white = before.whiteToMove();
        int sign = white ? 1 : -1;
        for (int square = 0; square < SQUARES; square++) {
            int then = before.at(square) * sign;
            int now = after.at(square) * sign;
            if (then == now) continue;
            if (then > 0) planes[place(LEFT, square, white)] = 1;
            if (now > 0) planes[place(ENTERED, square, white)] = 1;
        }
    }

    /** Index of a square of a plane, rank 1 first as the side sees it. */
    private static int place(int plane, int square, boolean white) {
        return plane * SQUARES + (white ? square : square ^ SQUARES - EDGE);
    }
}
