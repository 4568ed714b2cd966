package dev.belay.chess;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Numbers of move sequences of 1 to 4 half-moves from six positions, as published in the Chess
 * Programming Wiki (Perft Results).
 */
class PerftTest {
    @ParameterizedTest
    @CsvSource({
        "rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1, 20 400 8902 197281",
        "r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq - 0 1,"
                + " 48 2039 97862 4085603",
        "8/2p5/3p4/KP5r/1R3p1k/8/4P1P1/8 w - - 0 1, 14 191 2812 43238",
        "r3k2r/Pppp1ppp/1b3nbN/nP6/BBP1P3/q4N2/Pp1P2PP/R2Q1RK1 w kq - 0 1, 6 264 9467 422333",
        "rnbq1k1r/pp1Pbppp/2p5/8/2B5/8/PPP1NnPP/RNBQK2R w KQ - 1 8, 44 1486 62379 2103487",
        "r4rk1/1pp1qppp/p1np1n2/2b1p1B1/2B1P1b1/P1NP1N2/1PP1QPPP/R4RK1 w - - 0 10,"
                + " 46 2079 89890 3894594",
    })
    void countsAreThePublishedOnes(String fen, String counts) {
        Position position = Position.parse(fen);
        List<Long> expected = List.of(counts.split(" ", -1)).stream().map(Long::valueOf).toList();
        for (int depth = 1; depth <= expected.size(); depth++) {
            assertEquals(expected.get(depth - 1), leaves(position, depth), "depth " + depth);
        }
    }

    private static long leaves(Position position, int depth) {
        List<Move> moves = position.legalMoves();
        if (depth == 1) {
            return moves.size();
        }
        return moves.stream().mapToLong(move -> leaves(position.after(move), depth - 1)).sum();
    }
}
