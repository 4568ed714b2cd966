package dev.belay.chess;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {
    private static final String START = "rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1";

    @ParameterizedTest
    @CsvSource({
        START + ", e2e4, rnbqkbnr/pppppppp/8/8/4P3/8/PPPP1PPP/RNBQKBNR b KQkq e3 0 1",
        "r3k2r/8/8/8/8/8/8/R3K2R w KQkq - 4 9, e1g1, r3k2r/8/8/8/8/8/8/R4RK1 b kq - 5 9",
        "r3k2r/8/8/8/8/8/8/R3K2R b KQkq - 4 9, e8c8, 2kr3r/8/8/8/8/8/8/R3K2R w KQ - 5 10",
        // a rook that takes a rook ends the rights of both
        "r3k2r/8/8/8/8/8/8/R3K2R w KQkq - 4 9, h1h8, r3k2R/8/8/8/8/8/8/R3K3 b Qq - 0 9",
        "4k3/8/8/3pP3/8/8/8/4K3 w - d6 0 2, e5d6, 4k3/8/3P4/8/8/8/8/4K3 b - - 0 2",
        "4k3/8/8/8/3Pp3/8/8/4K3 b - d3 0 2, e4d3, 4k3/8/8/8/8/3p4/8/4K3 w - - 0 3",
        "3rk3/4P3/8/8/8/8/8/4K3 w - - 7 5, e7d8n, 3Nk3/8/8/8/8/8/8/4K3 b - - 0 5",
        "4k3/8/8/8/8/8/p7/4K3 b - - 7 5, a2a1q, 4k3/8/8/8/8/8/8/q3K3 w - - 0 6",
    })
    void aMoveGivesThePositionAfterIt(String before, String uci, String after) {
        Position position = Position.parse(before);
        assertEquals(after, position.after(position.legal(uci)).fen());
        assertEquals(before, position.fen());
        assertEquals(after, Position.parse(after).fen());
    }

    /** Taking en passant removes two pieces of a rank, or of a diagonal, at once. */
    @ParameterizedTest
    @CsvSource({
        "8/8/8/K2pP2q/8/8/8/4k3 w - d6 0 2, e5d6, false",
        "8/8/8/K2pP3/7q/8/8/4k3 w - d6 0 2, e5d6, true",
        "4k3/8/4r3/3pP3/8/8/8/4K3 w - d6 0 2, e5d6, false",
        "b3k3/8/8/3pP3/8/8/6K1/8 w - d6 0 2, e5d6, false",
        "k7/8/8/3pP3/4K3/8/8/8 w - d6 0 2, e5d6, true",
    })
    void aPinnedPawnMayNotTakeEnPassant(String fen, String uci, boolean legal) {
        assertEquals(legal, uci(fen).contains(uci));
    }

    @Test
    void castlingNeedsFreeSquaresThatAreNotAttacked() {
        assertTrue(uci("4k3/8/8/8/8/8/8/R3K2R w KQ - 0 1").containsAll(List.of("e1g1", "e1c1")));
        // b1 may be attacked, d1 and f1 may not; nor may the king be in check
        assertTrue(uci("1r2k3/8/8/8/8/8/8/R3K3 w Q - 0 1").contains("e1c1"));
        assertFalse(uci("3rk3/8/8/8/8/8/8/R3K3 w Q - 0 1").contains("e1c1"));
        assertFalse(uci("2r1k3/8/8/8/8/8/8/R3K3 w Q - 0 1").contains("e1c1"));
        assertFalse(uci("4kr2/8/8/8/8/8/8/4K2R w K - 0 1").contains("e1g1"));
        assertFalse(uci("4k3/4r3/8/8/8/8/8/4K2R w K - 0 1").contains("e1g1"));
        assertFalse(uci("4k3/8/8/8/8/8/8/RN2K3 w Q - 0 1").contains("e1c1"));
        assertFalse(uci("4k3/8/8/8/8/8/8/R3K2R w - - 0 1").contains("e1g1"));
    }

    @Test
    void aPawnPromotesToFourPieces() {
        assertEquals(
                List.of("e7e8b", "e7e8n", "e7e8q", "e7e8r"),
                uci("8/4P3/8/8/8/8/k7/7K w - - 0 1").stream()
                        .filter(move -> move.startsWith("e7"))
                        .sorted()
                        .toList());
    }

    @Test
    void checkmateAndStalemateHaveNoMoves() {
        Position mate = Position.parse("R5k1/5ppp/8/8/8/8/8/K7 b - - 0 1");
        assertTrue(mate.isCheck() && mate.legalMoves().isEmpty());
        Position stalemate = Position.parse("7k/5Q2/8/8/8/8/8/K7 b - - 0 1");
        assertTrue(!stalemate.isCheck() && stalemate.legalMoves().isEmpty());
    }

    @Test
    void anIllegalMoveNamesTheLegalOnes() {
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Position.parse("k7/8/8/8/8/8/8/7K b - - 3 40").legal("a8a6"));
        assertEquals(
                "found move 'a8a6', expected one of the 3 legal moves of k7/8/8/8/8/8/8/7K b - - 3"
                        + " 40: [a8b8, a8a7, a8b7]",
                e.getMessage());
    }

    @Test
    void castlingRightsOfPiecesThatHaveMovedAreLeftOut() {
        assertEquals(
                "r3k3/8/8/8/8/8/8/4K2R w Kq - 0 1",
                Position.parse("r3k3/8/8/8/8/8/8/4K2R w KQkq - 0 1").fen());
    }

    @Test
    void ofEpdTheFirstFourFieldsSuffice() {
        assertEquals(
                "k7/8/8/8/8/8/8/7K b - - 0 1", Position.parse("k7/8/8/8/8/8/8/7K b - -").fen());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "k7/8/8/8/8/8/8/7K b - - 0|5 field(s)",
                "|1 field(s)",
                "k7/8/8/8/8/8/7K w - - 0 1|7 rank(s)",
                "k7/8/8/8/8/8/9/7K w - - 0 1|'9' on rank 2",
                "k7/8/8/8/8/x7/8/7K w - - 0 1|'x' on rank 3",
                "k7/8/8/8/8/8/71/6K w - - 0 1|7 squares on rank 1",
                "k7/8/8/8/8/8/8/8K w - - 0 1|9 squares on rank 1",
                "k7/8/8/8/8/8/8/p6K w - - 0 1|a pawn on rank 1",
                "k6P/8/8/8/8/8/8/7K w - - 0 1|a pawn on rank 8",
                "k7/8/8/8/8/8/8/8 w - - 0 1|0 king(s) K",
                "kk6/8/8/8/8/8/8/7K w - - 0 1|2 king(s) k",
                "k7/8/8/8/8/8/8/7K x - - 0 1|side to move 'x'",
                "k7/8/8/8/8/8/8/7K w x - 0 1|castling 'x'",
                "k7/8/8/8/8/8/8/7K w - e9 0 1|en passant 'e9'",
                "k7/8/8/4p3/8/8/8/7K b - e6 0 1|en passant 'e6'",
                "k7/8/8/8/8/8/8/7K w - e6 0 1|en passant 'e6'",
                "k7/8/8/8/8/8/8/7K w - - -1 1|half moves '-1'",
                "k7/8/8/8/8/8/8/7K w - - 0 x|move 'x'",
                "k6R/8/8/8/8/8/8/7K w - - 0 1|the king of black attacked",
            })
    void aMalformedFenIsAnErrorThatQuotesIt(String line) {
        String fen = line.substring(0, line.indexOf('|'));
        String found = "found " + line.substring(line.indexOf('|') + 1) + ", expected ";
        String message =
                assertThrows(IllegalArgumentException.class, () -> Position.parse(fen)).toString();
        message = message.substring(message.indexOf("found "));
        assertTrue(message.startsWith(found), message);
        assertTrue(message.endsWith(", in the FEN '" + fen + "'"), message);
    }

    private static List<String> uci(String fen) {
        return Position.parse(fen).legalMoves().stream()
                .map(Move::uci)
                .collect(Collectors.toList());
    }
}
