package dev.belay.models.chess;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.belay.chess.Move;
import dev.belay.chess.Position;
import dev.belay.models.input.Input;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChessPlanesTest {
    private static final ChessPlanes PLANES = ChessPlanes.INSTANCE;
    private static final String PIECES = "PNBRQKpnbrqk";

    /** Read off the FEN's own letters, square by square. */
    @Test
    void planesAreThePiecesAsTheSideThatMovedSeesThem() {
        String fen = "r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R4RK1 b kq - 1 1";
        float[] expected = new float[PLANES.floats()];
        String[] ranks = fen.split(" ", -1)[0].split("/", -1);
        for (int rank = 0; rank < 8; rank++) {
            int file = 0;
            String letters = ranks[7 - rank];
            for (int i = 0; i < letters.length(); i++) {
                char letter = letters.charAt(i);
                int kind = PIECES.indexOf(letter);
                if (kind < 0) file += letter - '0';
                else expected[64 * kind + 8 * rank + file++] = 1;
            }
        }
        expected[64 * 12 + 56] = 1; // a8
        expected[64 * 12 + 63] = 1; // h8
        assertArrayEquals(expected, PLANES.apply(Input.of(fen)));
    }

    @Test
    void aMoveIsTheSameForBothColours() {
        List<String> fens =
                List.of(
                        "rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1",
                        "r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq - 0 1",
                        "r3k2r/1P2p3/8/3pP3/8/8/8/R3K2R w KQkq d6 0 2");
        for (String fen : fens) {
            Position white = Position.parse(fen);
            Position black = Position.parse(mirrored(fen));
            for (Move move : white.legalMoves()) {
                Move same = new Move(move.from() ^ 56, move.to() ^ 56, move.promotion());
                assertArrayEquals(
                        PLANES.apply(input(white, move)), PLANES.apply(input(black, same)), fen);
            }
        }
    }

    @Test
    void theLastPlanesAreTheSquaresLeftAndEntered() {
        Position position = Position.parse("r3k2r/8/8/8/8/8/8/R3K2R w KQkq - 0 1");
        assertEquals(List.of(4, 7), ones(position, "e1g1", 14)); // e1, h1
        assertEquals(List.of(5, 6), ones(position, "e1g1", 15)); // f1, g1
        Position promotes = Position.parse("r3k3/1P6/8/8/8/8/8/4K3 w - - 0 1");
        assertEquals(List.of(49), ones(promotes, "b7a8q", 14));
        assertEquals(List.of(56), ones(promotes, "b7a8q", 15));
        assertEquals(List.of(56), ones(promotes, "b7a8q", 4)); // the queen
        Position passes = Position.parse("4k3/8/8/3pP3/8/8/8/4K3 w - d6 0 2");
        assertEquals(List.of(36), ones(passes, "e5d6", 14));
        assertEquals(List.of(43), ones(passes, "e5d6", 15));
        assertEquals(List.of(), ones(passes, "e5d6", 6)); // the pawn that was taken
        // black sees d6 as d3
        Position black = Position.parse("4k3/3p4/8/8/8/8/8/4K3 b - - 0 1");
        assertEquals(List.of(19), ones(black, "d7d5", 13));
    }

    @Test
    void whatIsNoPositionIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> PLANES.apply(Input.of("a text")));
        Position position = Position.parse("4k3/8/8/8/8/8/8/4K3 w - - 0 1");
        var same = parts(position, position);
        var e = assertThrows(IllegalArgumentException.class, () -> PLANES.apply(same));
        assertEquals(
                "found two positions with the same side to move, expected one before and one after"
                        + " a move: 4k3/8/8/8/8/8/8/4K3 w - - 0 1, 4k3/8/8/8/8/8/8/4K3 w - - 0 1",
                e.getMessage());
    }

    private static List<Integer> ones(Position position, String uci, int plane) {
        float[] planes = PLANES.apply(input(position, position.legal(uci)));
        List<Integer> ones = new ArrayList<>();
        for (int square = 0; square < 64; square++)
            if (planes[64 * plane + square] == 1) ones.add(square);
        return ones;
    }

    private static Input input(Position position, Move move) {
        return parts(position, position.after(move));
    }

    private static Input parts(Position before, Position after) {
        return new Input.Parts(
                List.of(
                        new Input.Part("prompt", before.fen()),
                        new Input.Part("option", after.fen())));
    }

    /** The same position with colours exchanged. */
    private static String mirrored(String fen) {
        String[] fields = fen.split(" ", -1);
        List<String> ranks = new ArrayList<>(List.of(swapped(fields[0]).split("/", -1)));
        Collections.reverse(ranks);
        String enPassant =
                fields[3].equals("-")
                        ? "-"
                        : "" + fields[3].charAt(0) + (char) ('1' + '8' - fields[3].charAt(1));
        return String.join("/", ranks)
                + (fields[1].equals("w") ? " b " : " w ")
                + rights(fields[2])
                + " "
                + enPassant
                + " 0 1";
    }

    private static String rights(String field) {
        String swapped = swapped(field);
        StringBuilder sorted = new StringBuilder();
        for (char right : new char[] {'K', 'Q', 'k', 'q'})
            if (swapped.indexOf(right) >= 0) sorted.append(right);
        return sorted.isEmpty() ? "-" : sorted.toString();
    }

    private static String swapped(String text) {
        StringBuilder swapped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            swapped.append(
                    Character.isUpperCase(c) ? Character.toLowerCase(c) : Character.toUpperCase(c));
        }
        return swapped.toString();
    }
}
