package dev.belay.chess;

import java.util.regex.Pattern;

/** Forsyth–Edwards notation. */
final class Fen {
    private static final Pattern NUMBER = Pattern.compile("\\d{1,5}");

    /** Letters of the castling rights, in the order of their bits. */
    private static final String RIGHTS = "KQkq";

    private final String text;

    private Fen(String text) {
        this.text = text;
    }

    static Position parse(String text) {
        return new Fen(text).parse();
    }

    static String write(Position position) {
        StringBuilder fen = new StringBuilder();
        for (int rank = 7; rank >= 0; rank--) {
            int empty = 0;
            for (int file = 0; file < 8; file++) {
                int piece = position.at(Squares.of(file, rank));
                if (piece == Piece.NONE) {
                    empty++;
                    continue;
                }
                fen.append(empty > 0 ? "" + empty : "").append(Piece.letter(piece));
                empty = 0;
            }
            fen.append(empty > 0 ? "" + empty : "").append(rank > 0 ? "/" : "");
        }
        fen.append(position.whiteToMove() ? " w " : " b ");
        for (int i = 0; i < RIGHTS.length(); i++) {
            fen.append((position.castling() & 1 << i) != 0 ? "" + RIGHTS.charAt(i) : "");
        }
        int enPassant = position.enPassant();
        return fen.append(position.castling() == 0 ? "- " : " ")
                .append(enPassant == Position.NO_SQUARE ? "-" : Squares.name(enPassant))
                .append(" " + position.halfMoves() + " " + position.fullMoves())
                .toString();
    }

    private Position parse() {
        String[] fields = text.strip().split("\\s+", -1);
        if (fields.length != 4 && fields.length != 6) {
            throw wrong(
                    fields.length + " field(s)",
                    "6: board, side to move, castling, en passant, half moves, move; or the first 4");
        }
        byte[] board = board(fields[0]);
        if (!fields[1].equals("w") && !fields[1].equals("b")) {
            throw wrong("side to move '" + fields[1] + "'", "w or b");
        }
        boolean white = fields[1].equals("w");
        Position position =
                new Position(
                        board,
                        white,
                        castling(fields[2], board),
                        enPassant(fields[3], board, white),
                        fields.length == 4 ? 0 : number(fields[4], "half moves"),
                        fields.length == 4 ? 1 : number(fields[5], "move"));
        if (position.leavesKing()) {
            throw wrong(
                    "the king of " + (white ? "black" : "white") + " attacked",
                    "a position in which the side not to move is not in check");
        }
        return position;
    }

    private byte[] board(String field) {
        String[] ranks = field.split("/", -1);
        if (ranks.length != 8) {
            throw wrong(ranks.length + " rank(s)", "8, from rank 8 to rank 1");
        }
        byte[] board = new byte[Squares.COUNT];
        for (int i = 0; i < 8; i++) {
            rank(ranks[i], 7 - i, board);
        }
        for (int king : new int[] {Piece.KING, -Piece.KING}) {
            int found = 0;
            for (byte piece : board) {
                found += piece == king ? 1 : 0;
            }
            if (found != 1) {
                throw wrong(found + " king(s) " + Piece.letter(king), "one");
            }
        }
        return board;
    }

    private void rank(String letters, int rank, byte[] board) {
        int file = 0;
        for (int i = 0; i < letters.length(); i++) {
            char letter = letters.charAt(i);
            int piece = Piece.of(letter);
            if (piece == Piece.NONE && (letter < '1' || letter > '8')) {
                throw wrong(
                        "'" + letter + "' on rank " + (rank + 1), "1 to 8 or one of PNBRQKpnbrqk");
            }
            if (rank == (piece > 0 ? 7 : 0) && Math.abs(piece) == Piece.PAWN) {
                throw wrong("a pawn on rank " + (rank + 1), "a piece that it becomes there");
            }
            if (piece != Piece.NONE && file < 8) {
                board[Squares.of(file, rank)] = (byte) piece;
            }
            file += piece == Piece.NONE ? letter - '0' : 1;
        }
        if (file != 8) {
            throw wrong(file + " squares on rank " + (rank + 1), "8");
        }
    }

    /**
     * Rights of kings and rooks that are not at home, which some test suites have, are left out.
     */
    private int castling(String field, byte[] board) {
        if (field.equals("-")) {
            return 0;
        }
        int castling = 0;
        for (int i = 0; i < field.length(); i++) {
            char letter = field.charAt(i);
            int right = RIGHTS.indexOf(letter);
            if (right < 0) {
                throw wrong("castling '" + field + "'", "- or some of KQkq");
            }
            int king = right < 2 ? Piece.KING : -Piece.KING;
            int rook = right < 2 ? Piece.ROOK : -Piece.ROOK;
            int rank = right < 2 ? 0 : 7;
            if (board[Squares.of(4, rank)] == king
                    && board[Squares.of(right % 2 == 0 ? 7 : 0, rank)] == rook) {
                castling |= 1 << right;
            }
        }
        return castling;
    }

    private int enPassant(String field, byte[] board, boolean white) {
        if (field.equals("-")) {
            return Position.NO_SQUARE;
        }
        int square = Squares.parse(field);
        // white to move: black has just moved a pawn from rank 7 to rank 5
        int step = white ? 8 : -8;
        if (square < 0
                || Squares.rank(square) != (white ? 5 : 2)
                || board[square] != Piece.NONE
                || board[square + step] != Piece.NONE
                || board[square - step] != -Position.sign(white) * Piece.PAWN) {
            throw wrong(
                    "en passant '" + field + "'",
                    "- or the square behind a pawn that has just moved by two squares");
        }
        return square;
    }

    private int number(String field, String what) {
        if (!NUMBER.matcher(field).matches()) {
            throw wrong(what + " '" + field + "'", "a whole number of at most 5 digits");
        }
        return Integer.parseInt(field);
    }

    private IllegalArgumentException wrong(String found, String expected) {
        String shown = text.length() <= 100 ? text : text.substring(0, 100) + "…";
        return new IllegalArgumentException(
                "found %s, expected %s, in the FEN '%s'".formatted(found, expected, shown));
    }
}
