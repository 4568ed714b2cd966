package dev.belay.chess;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CapturesTest {
    @ParameterizedTest
    @CsvSource({
        // an undefended queen
        "4k3/8/8/3q4/8/8/8/3RK3 w - - 0 1, d1d5",
        // in check; and several checks that win the queen
        "4k3/2p5/1p1p4/8/8/5n2/8/1R1RK3 w - - 0 1, ",
        "3qk3/8/8/8/8/2n5/3P4/3QK3 b - - 0 1, ",
        // mate in one is worth more than a queen; without it the queen is taken
        "6k1/5ppp/8/8/8/1q6/P7/4R1K1 w - - 0 1, e1e8",
        "6k1/5ppp/8/8/q7/8/8/R3K2R w KQ - 0 1, a1a4",
        // a pawn promotes
        "8/P6k/8/8/8/8/8/K7 w - - 0 1, a7a8q",
    })
    void theBestMoveIsTheOneThatFollowingAllSequencesFinds(String fen, @Nullable String expected) {
        Position position = Position.parse(fen);
        Move best = Captures.best(position);
        assertEquals(slowly(position), best);
        if (expected != null) {
            assertEquals(expected, best == null ? "none" : best.uci());
        }
    }

    @Test
    void severalBestMovesAreNone() {
        assertNull(Captures.best(Position.parse("k7/8/8/8/8/8/8/7K w - - 0 1")));
        // one legal move only
        assertNull(Captures.best(Position.parse("k7/8/1K6/8/8/8/8/7R b - - 0 1")));
    }

    /** Late positions of random games, with few pieces, so that all sequences can be followed. */
    @Test
    void alphaBetaFindsWhatMinimaxFinds() {
        Random random = new Random(5);
        int unique = 0;
        int games = 60;
        for (int game = 0; game < games; game++) {
            Position position =
                    Position.parse("rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1");
            while (pieces(position) > 8 + game % 5) {
                List<Move> moves = position.legalMoves();
                if (moves.isEmpty()) {
                    break;
                }
                position = position.after(moves.get(random.nextInt(moves.size())));
            }
            Move best = Captures.best(position);
            assertEquals(slowly(position), best, position.fen());
            unique += best == null ? 0 : 1;
        }
        assertTrue(unique > games / 4, unique + " of " + games + " have a unique best move");
    }

    private static long pieces(Position position) {
        return IntStream.range(0, 64).filter(square -> position.at(square) != Piece.NONE).count();
    }

    /** By the definition, without bounds. */
    private static @Nullable Move slowly(Position position) {
        List<Move> best = new ArrayList<>();
        int most = Integer.MIN_VALUE;
        List<Move> moves = position.legalMoves();
        for (Move move : moves) {
            Position after = position.after(move);
            boolean stalemate = !after.isCheck() && after.legalMoves().isEmpty();
            int value = stalemate ? 0 : -minimax(after, 1);
            if (value > most) {
                best.clear();
                most = value;
            }
            if (value == most) {
                best.add(move);
            }
        }
        return best.size() == 1 && moves.size() > 1 ? best.get(0) : null;
    }

    private static int minimax(Position position, int moved) {
        boolean check = position.isCheck();
        int best = check ? moved - Captures.MATE : material(position);
        for (Move move : position.legalMoves()) {
            boolean takes =
                    position.at(move.to()) != 0
                            || move.promotion() != 0
                            || (Math.abs(position.at(move.from())) == Piece.PAWN
                                    && move.to() == position.enPassant());
            if (check || takes) {
                best = Math.max(best, -minimax(position.after(move), moved + 1));
            }
        }
        return best;
    }

    private static int material(Position position) {
        String letters = position.fen().replaceFirst(" .*", "");
        int material = 0;
        for (int i = 0; i < letters.length(); i++) {
            char letter = letters.charAt(i);
            int worth =
                    switch (Character.toLowerCase(letter)) {
                        case 'p' -> 100;
                        case 'n', 'b' -> 300;
                        case 'r' -> 500;
                        case 'q' -> 900;
                        default -> 0;
                    };
            material += Character.isUpperCase(letter) ? worth : -worth;
        }
        return position.whiteToMove() ? material : -material;
    }
}
