package dev.belay.chess;

/** Pieces as numbers: white ones positive, black ones negative, an empty square 0. */
public final class Piece {
    public static final int NONE = 0;
    public static final int PAWN = 1;
    public static final int KNIGHT = 2;
    public static final int BISHOP = 3;
    public static final int ROOK = 4;
    public static final int QUEEN = 5;
    public static final int KING = 6;

    /** Letters of white pieces in FEN, by number; those of black ones are in lower case. */
    private static final String LETTERS = ".PNBRQK";

    private Piece() {}

    /** The letter in FEN. */
    static char letter(int piece) {
        char letter = LETTERS.charAt(Math.abs(piece));
        return piece < 0 ? Character.toLowerCase(letter) : letter;
    }

    /** The piece of a letter in FEN; {@link #NONE} if it is none. */
    static int of(char letter) {
        int kind = LETTERS.indexOf(Character.toUpperCase(letter));
        if (kind < 1) {
            return NONE;
        }
        return Character.isLowerCase(letter) ? -kind : kind;
    }
}
