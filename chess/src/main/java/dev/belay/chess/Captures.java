package dev.belay.chess;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Material after the best sequence of captures: quiescence search (Shannon 1950 calls it the search
 * of all captures until the position is quiet), by alpha-beta.
 *
 * <p>The value of a position, for the side to move, in hundredths of a pawn: in check the best over
 * all moves, and at checkmate −({@value #MATE} − half-moves so far); else the best of standing
 * still, which is worth the material as it is, and of all captures and promotions. Material counts
 * 100 for a pawn, 300 for a knight or bishop, 500 for a rook, 900 for a queen. A move that ends in
 * stalemate is worth 0; later stalemates are not looked for. A sequence is at most {@value
 * #LONGEST} half-moves long: checks that answer checks could go on for ever.
 */
public final class Captures {
    static final int MATE = 100_000;
    static final int LONGEST = 64;

    /** More than any value. */
    private static final int INFINITE = 1_000_000;

    /** By kind of piece. */
    private static final int[] WORTH = {0, 100, 300, 300, 500, 900, 0};

    private Captures() {}

    /**
     * The move after which the material is best, if no other is as good.
     *
     * @return null if several are best, or there are less than two moves
     */
    public static @Nullable Move best(Position position) {
        List<Move> moves = ordered(position, position.legalMoves());
        if (moves.size() < 2) {
            return null;
        }
        int best = -INFINITE;
        Move only = null;
        for (Move move : moves) {
            // exact from best on, which is all that matters
            int value = value(position.after(move), best - 1);
            if (value >= best) {
                only = value > best ? move : null;
                best = value;
            }
        }
        return only;
    }

    /**
     * Value of a move for the side that made it.
     *
     * @param after position after it
     * @param above values up to this may be returned as any such value
     */
    static int value(Position after, int above) {
        if (!after.isCheck() && after.legalMoves().isEmpty()) {
            return 0;
        }
        return -search(after, 1, -INFINITE, -above);
    }

    /**
     * Fail-soft alpha-beta.
     *
     * @param moved half-moves so far
     */
    private static int search(Position position, int moved, int alpha, int beta) {
        boolean check = moved < LONGEST && position.isCheck();
        int best = check ? moved - MATE : material(position);
        if (best >= beta || moved >= LONGEST) {
            return best;
        }
        List<Move> moves = check ? PseudoMoves.all(position) : PseudoMoves.captures(position);
        int bound = Math.max(alpha, best);
        for (Move move : ordered(position, moves)) {
            Position next = position.after(move);
            if (next.leavesKing()) {
                continue;
            }
            int value = -search(next, moved + 1, -beta, -bound);
            if (value > best) {
                best = value;
                bound = Math.max(bound, value);
                if (value >= beta) {
                    break;
                }
            }
        }
        return best;
    }

    /** Of the side to move minus that of the other. */
    static int material(Position position) {
        int material = 0;
        for (int square = 0; square < Squares.COUNT; square++) {
            int piece = position.at(square);
            material += piece < 0 ? -WORTH[-piece] : WORTH[piece];
        }
        return position.whiteToMove() ? material : -material;
    }

    /** First those that win most, of equals those of the cheapest piece. */
    private static List<Move> ordered(Position position, List<Move> moves) {
        List<Move> ordered = new ArrayList<>(moves);
        ordered.sort(Comparator.comparingInt(move -> -promise(position, move)));
        return ordered;
    }

    private static int promise(Position position, Move move) {
        int won = WORTH[Math.abs(position.at(move.to()))] + WORTH[move.promotion()];
        return 10 * won - WORTH[Math.abs(position.at(move.from()))] / 10;
    }
}
