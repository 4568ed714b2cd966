/**
 * The rules of chess: positions in FEN, legal moves in UCI notation, and the material after the
 * best sequence of captures. Of draws it knows stalemate only; no Chess960.
 *
 * <p>Depends on the JDK only. All types are immutable and safe for use by many threads. Squares are
 * numbered from a1 = 0, b1 = 1 to h8 = 63.
 */
@NullMarked
package dev.belay.chess;

import org.jspecify.annotations.NullMarked;
