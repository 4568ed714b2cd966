/**
 * Chess as choice tasks: the options of a position are the positions after its legal moves, in FEN.
 *
 * <p>{@link dev.belay.producers.chess.ChessFormat} reads files of positions with a best move;
 * {@link dev.belay.producers.chess.ChessPlayouts} makes positions by random play, with a best move
 * that follows from the rules.
 */
@NullMarked
package dev.belay.producers.chess;

import org.jspecify.annotations.NullMarked;
