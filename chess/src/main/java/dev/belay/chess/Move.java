package dev.belay.chess;

/**
 * A move. Castling is the king's move by two squares.
 *
 * @param from square, 0 to 63
 * @param to square, 0 to 63
 * @param promotion {@link Piece} that a pawn becomes, as a positive number; else {@link Piece#NONE}
 */
public record Move(int from, int to, int promotion) {
    /** UCI notation: {@code e2e4}, {@code e1g1}, {@code a7a8q}. */
    public String uci() {
        String squares = Squares.name(from) + Squares.name(to);
        return promotion == Piece.NONE ? squares : squares + Piece.letter(-promotion);
    }

    @Override
    public String toString() {
        return uci();
    }
}
