package dev.belay.chess;

import java.util.Arrays;

/** Squares, and which of them pieces reach on an empty board. */
final class Squares {
    static final int COUNT = 64;

    /** A king's steps (file, rank): the four along files and ranks first, then the diagonals. */
    private static final int[][] STEPS = {
        {1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {1, -1}, {-1, 1}, {-1, -1}
    };

    private static final int[][] JUMPS = {
        {1, 2}, {2, 1}, {2, -1}, {1, -2}, {-1, -2}, {-2, -1}, {-2, 1}, {-1, 2}
    };

    /** Directions of {@link #RAYS}: below this a rook's, from it on a bishop's. */
    static final int DIAGONAL = 4;

    static final int DIRECTIONS = STEPS.length;

    /** By direction and square: the squares in that direction, the nearest first. */
    static final int[][][] RAYS = new int[DIRECTIONS][COUNT][];

    /** By square: those that a king reaches. */
    static final int[][] KING = targets(STEPS);

    /** By square: those that a knight reaches. */
    static final int[][] KNIGHT = targets(JUMPS);

    /** By colour (0: white, 1: black) and square: those that a pawn attacks. */
    static final int[][][] PAWN = {
        targets(new int[][] {{-1, 1}, {1, 1}}), targets(new int[][] {{-1, -1}, {1, -1}})
    };

    static {
        for (int d = 0; d < DIRECTIONS; d++) {
            for (int square = 0; square < COUNT; square++) {
                RAYS[d][square] = ray(square, STEPS[d]);
            }
        }
    }

    private Squares() {}

    static int of(int file, int rank) {
        return 8 * rank + file;
    }

    /** 0 to 7 for a to h. */
    static int file(int square) {
        return square & 7;
    }

    /** 0 to 7 for 1 to 8. */
    static int rank(int square) {
        return square >> 3;
    }

    static String name(int square) {
        return "" + (char) ('a' + file(square)) + (char) ('1' + rank(square));
    }

    /** The square of a name such as {@code e4}; -1 if it is none. */
    static int parse(String name) {
        if (name.length() != 2) {
            return -1;
        }
        int file = name.charAt(0) - 'a';
        int rank = name.charAt(1) - '1';
        return file >= 0 && file < 8 && rank >= 0 && rank < 8 ? of(file, rank) : -1;
    }

    private static int[][] targets(int[][] steps) {
        int[][] targets = new int[COUNT][];
        for (int square = 0; square < COUNT; square++) {
            int[] reached = new int[steps.length];
            int count = 0;
            for (int[] step : steps) {
                int to = step(square, step);
                if (to >= 0) {
                    reached[count++] = to;
                }
            }
            targets[square] = Arrays.copyOf(reached, count);
        }
        return targets;
    }

    private static int[] ray(int square, int[] step) {
        int[] ray = new int[7];
        int count = 0;
        for (int to = step(square, step); to >= 0; to = step(to, step)) {
            ray[count++] = to;
        }
        return Arrays.copyOf(ray, count);
    }

    /** The square one step away; -1 beyond the edge. */
    private static int step(int square, int[] step) {
        int file = file(square) + step[0];
        int rank = rank(square) + step[1];
        return file >= 0 && file < 8 && rank >= 0 && rank < 8 ? of(file, rank) : -1;
    }
}
