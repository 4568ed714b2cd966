package dev.belay.chess;

import java.util.ArrayList;
import java.util.List;

/**
 * A position: the board, the side to move, castling rights, the en-passant square, and the counts
 * of moves. Neither side lacks a king, and the side not to move is not in check.
 */
public final class Position {
    // castling rights
    static final int WHITE_SHORT = 1;
    static final int WHITE_LONG = 2;
    static final int BLACK_SHORT = 4;
    static final int BLACK_LONG = 8;

    /** No en-passant square. */
    static final int NO_SQUARE = -1;

    private static final int A1 = 0;
    private static final int E1 = 4;
    private static final int H1 = 7;
    private static final int TO_RANK_8 = 56;

    private final byte[] board;
    private final boolean white;
    private final int castling;
    private final int enPassant;
    private final int halfMoves;
    private final int fullMoves;
    private final int[] kings; // of white, of black

    /**
     * @param board {@link Piece} by square, with a king of each side; not copied
     * @param castling rights, as bits
     * @param enPassant square behind a pawn that has just moved by two, or {@link #NO_SQUARE}
     */
    Position(
            byte[] board,
            boolean white,
            int castling,
            int enPassant,
            int halfMoves,
            int fullMoves) {
        this.board = board;
        this.white = white;
        this.castling = castling;
        this.enPassant = enPassant;
        this.halfMoves = halfMoves;
        this.fullMoves = fullMoves;
        this.kings = new int[2];
        for (int square = 0; square < Squares.COUNT; square++) {
            if (board[square] == Piece.KING) {
                kings[0] = square;
            } else if (board[square] == -Piece.KING) {
                kings[1] = square;
            }
        }
    }

    /**
     * Reads Forsyth–Edwards notation of 6 fields, or of the first 4 as in EPD. Castling rights
     * without king and rook at home are left out.
     *
     * @throws IllegalArgumentException if it is malformed, or no game could have such a position: a
     *     king too few or too many, a pawn on its last rank, an en-passant square without its pawn,
     *     or the side not to move in check
     */
    public static Position parse(String fen) {
        return Fen.parse(fen);
    }

    /** Forsyth–Edwards notation, 6 fields; {@link #parse} restores the same position. */
    public String fen() {
        return Fen.write(this);
    }

    /**
     * The {@link Piece} on a square.
     *
     * @param square 0 (a1) to 63 (h8)
     */
    public int at(int square) {
        return board[square];
    }

    public boolean whiteToMove() {
        return white;
    }

    /** Whether a side may still castle: its king and that rook have not moved. */
    public boolean mayCastle(boolean ofWhite, boolean isShort) {
        int right = isShort ? WHITE_SHORT : WHITE_LONG;
        return (castling & (ofWhite ? right : right << 2)) != 0;
    }

    /** The square behind a pawn that has just moved by two squares, or -1. */
    public int enPassant() {
        return enPassant;
    }

    /** Moves since the last capture or move of a pawn. */
    int halfMoves() {
        return halfMoves;
    }

    /** From 1, higher after each move of black. */
    int fullMoves() {
        return fullMoves;
    }

    int castling() {
        return castling;
    }

    /** Whether the side to move is in check. */
    public boolean isCheck() {
        return isAttacked(king(white), !white);
    }

    /** All legal moves, in a fixed order; none at checkmate and stalemate. */
    public List<Move> legalMoves() {
        List<Move> legal = new ArrayList<>();
        for (Move move : PseudoMoves.all(this)) {
            if (!after(move).leavesKing()) {
                legal.add(move);
            }
        }
        return legal;
    }

    /**
     * The legal move of this UCI notation.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Move legal(String uci) {
        List<Move> legal = legalMoves();
        for (Move move : legal) {
            if (move.uci().equals(uci)) {
                return move;
            }
        }
        throw new IllegalArgumentException(
                "found move '%s', expected one of the %s legal moves of %s: %s"
                        .formatted(uci, legal.size(), fen(), legal));
    }

    /**
     * The position after a move of {@link #legalMoves}; of other moves the result is unspecified.
     */
    public Position after(Move move) {
        byte[] next = board.clone();
        int from = move.from();
        int to = move.to();
        int piece = board[from];
        boolean pawn = Math.abs(piece) == Piece.PAWN;
        next[from] = Piece.NONE;
        next[to] = (byte) (move.promotion() == 0 ? piece : sign(white) * move.promotion());
        if (pawn && to == enPassant) {
            next[Squares.of(Squares.file(to), Squares.rank(from))] = Piece.NONE;
        }
        if (Math.abs(piece) == Piece.KING && Math.abs(to - from) == 2) {
            int rook = to > from ? to + 1 : to - 2;
            next[(from + to) / 2] = board[rook];
            next[rook] = Piece.NONE;
        }
        boolean twoSquares = pawn && Math.abs(to - from) == 16;
        return new Position(
                next,
                !white,
                castling & ~lost(from) & ~lost(to),
                twoSquares ? (from + to) / 2 : NO_SQUARE,
                pawn || board[to] != Piece.NONE ? 0 : halfMoves + 1,
                white ? fullMoves : fullMoves + 1);
    }

    /** Whether the side not to move is in check: the move before was not legal. */
    boolean leavesKing() {
        return isAttacked(king(!white), white);
    }

    int king(boolean ofWhite) {
        return kings[ofWhite ? 0 : 1];
    }

    /** Whether a piece of a side attacks a square. */
    boolean isAttacked(int square, boolean byWhite) {
        int sign = sign(byWhite);
        for (int from : Squares.KNIGHT[square]) {
            if (board[from] == sign * Piece.KNIGHT) {
                return true;
            }
        }
        for (int from : Squares.KING[square]) {
            if (board[from] == sign * Piece.KING) {
                return true;
            }
        }
        // where a pawn of the other side would attack, an attacking one stands
        for (int from : Squares.PAWN[byWhite ? 1 : 0][square]) {
            if (board[from] == sign * Piece.PAWN) {
                return true;
            }
        }
        for (int d = 0; d < Squares.DIRECTIONS; d++) {
            int slider = sign * (d < Squares.DIAGONAL ? Piece.ROOK : Piece.BISHOP);
            for (int from : Squares.RAYS[d][square]) {
                int piece = board[from];
                if (piece == slider || piece == sign * Piece.QUEEN) {
                    return true;
                }
                if (piece != Piece.NONE) {
                    break;
                }
            }
        }
        return false;
    }

    static int sign(boolean ofWhite) {
        return ofWhite ? 1 : -1;
    }

    /** Castling rights that end with a move from or to a square. */
    private static int lost(int square) {
        return switch (square) {
            case A1 -> WHITE_LONG;
            case E1 -> WHITE_LONG | WHITE_SHORT;
            case H1 -> WHITE_SHORT;
            case A1 + TO_RANK_8 -> BLACK_LONG;
            case E1 + TO_RANK_8 -> BLACK_LONG | BLACK_SHORT;
            case H1 + TO_RANK_8 -> BLACK_SHORT;
            default -> 0;
        };
    }

    @Override
    public String toString() {
        return fen();
    }
}
