package dev.belay.chess;

import java.util.ArrayList;
import java.util.List;

/** Moves as pieces move, of which some may leave the own king in check. */
final class PseudoMoves {
    private static final int[] PROMOTIONS = {Piece.QUEEN, Piece.ROOK, Piece.BISHOP, Piece.KNIGHT};

    private final Position position;
    private final boolean white;
    private final boolean onlyCaptures;
    private final List<Move> moves = new ArrayList<>();

    private PseudoMoves(Position position, boolean onlyCaptures) {
        this.position = position;
        this.white = position.whiteToMove();
        this.onlyCaptures = onlyCaptures;
    }

    static List<Move> all(Position position) {
        return new PseudoMoves(position, false).generate();
    }

    /** Captures, en passant too, and all promotions. */
    static List<Move> captures(Position position) {
        return new PseudoMoves(position, true).generate();
    }

    private List<Move> generate() {
        for (int from = 0; from < Squares.COUNT; from++) {
            switch (position.at(from) * Position.sign(white)) {
                case Piece.PAWN -> pawn(from);
                case Piece.KNIGHT -> steps(from, Squares.KNIGHT[from]);
                case Piece.BISHOP -> slides(from, Squares.DIAGONAL, Squares.DIRECTIONS);
                case Piece.ROOK -> slides(from, 0, Squares.DIAGONAL);
                case Piece.QUEEN -> slides(from, 0, Squares.DIRECTIONS);
                case Piece.KING -> king(from);
                default -> {} // empty, or the other side's
            }
        }
        return moves;
    }

    private void pawn(int from) {
        int ahead = from + (white ? 8 : -8);
        boolean promotes = Squares.rank(ahead) == (white ? 7 : 0);
        if (position.at(ahead) == Piece.NONE && (promotes || !onlyCaptures)) {
            pawn(from, ahead, promotes);
            int two = from + (white ? 16 : -16);
            if (Squares.rank(from) == (white ? 1 : 6) && position.at(two) == Piece.NONE) {
                add(from, two);
            }
        }
        for (int to : Squares.PAWN[white ? 0 : 1][from]) {
            if (isOther(to) || to == position.enPassant()) {
                pawn(from, to, promotes);
            }
        }
    }

    private void pawn(int from, int to, boolean promotes) {
        if (!promotes) {
            add(from, to);
            return;
        }
        for (int promotion : PROMOTIONS) {
            moves.add(new Move(from, to, promotion));
        }
    }

    private void steps(int from, int[] targets) {
        for (int to : targets) {
            if (isOther(to) || (position.at(to) == Piece.NONE && !onlyCaptures)) {
                add(from, to);
            }
        }
    }

    private void slides(int from, int direction, int end) {
        for (int d = direction; d < end; d++) {
            for (int to : Squares.RAYS[d][from]) {
                boolean empty = position.at(to) == Piece.NONE;
                if (isOther(to) || (empty && !onlyCaptures)) {
                    add(from, to);
                }
                if (!empty) {
                    break;
                }
            }
        }
    }

    private void king(int from) {
        steps(from, Squares.KING[from]);
        if (onlyCaptures) {
            return;
        }
        castle(from, true, 1, 2);
        castle(from, false, -1, 3);
    }

    /**
     * @param step towards the rook
     * @param between squares between king and rook
     */
    private void castle(int from, boolean isShort, int step, int between) {
        if (!position.mayCastle(white, isShort)) {
            return;
        }
        for (int i = 1; i <= between; i++) {
            if (position.at(from + i * step) != Piece.NONE) {
                return;
            }
        }
        // the third, where the king arrives, is checked as after any move
        if (!position.isAttacked(from, !white) && !position.isAttacked(from + step, !white)) {
            add(from, from + 2 * step);
        }
    }

    private boolean isOther(int square) {
        return position.at(square) * Position.sign(white) < 0;
    }

    private void add(int from, int to) {
        moves.add(new Move(from, to, Piece.NONE));
    }
}
