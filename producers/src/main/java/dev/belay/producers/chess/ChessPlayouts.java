package dev.belay.producers.chess;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.belay.chess.Captures;
import dev.belay.chess.Move;
import dev.belay.chess.Position;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import dev.belay.producers.source.DataConfig.Fields;
import dev.belay.producers.source.DataConfig.Holdout;
import dev.belay.producers.source.DataConfig.InputColumns;
import dev.belay.producers.source.DataConfig.OptionColumns;
import dev.belay.producers.source.RowSource;
import dev.belay.schemas.IdHash;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Chess positions of random games, with the move after which the material is best ({@link
 * Captures}) as truth: knowledge that follows from the rules, in any amount.
 *
 * <p>Game g = 0, 1, … is played from the initial position by its own random generator. In each
 * position, with probability 1/2 and if there is one, the move is a capture, else any legal move;
 * uniformly among them. From a half-move drawn from {@value #FIRST} to {@value #LAST} on, the first
 * position of {@value #TRIES} that has a single best move is a row; a game has one row at most.
 *
 * <p>{@link Random}, whose algorithm is part of the Java API, gives the same numbers everywhere.
 */
public final class ChessPlayouts implements RowSource {
    private static final String NAME = "chess-playouts";
    private static final Parameter COUNT =
            Parameter.integer("count", 10_000, 1, 10_000_000, "Number of positions.");
    private static final Parameter SEED =
            Parameter.integer("seed", 0, 0, Long.MAX_VALUE, "Seed of the games.");

    private static final double HOLDOUT = 0.1;
    private static final int FIRST = 6;
    private static final int LAST = 80;
    private static final int TRIES = 40;

    private static final Position INITIAL =
            Position.parse("rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(COUNT, SEED);
    }

    @Override
    public Preset preset() {
        return new Preset(
                List.of(),
                new Fields(
                        "id",
                        new InputColumns.Text("fen"),
                        "label",
                        null,
                        Map.of(),
                        null,
                        new OptionColumns(List.of("options"))),
                new Holdout.Share(HOLDOUT));
    }

    @Override
    public String read(Parameters parameters, Fields fields, ObjLongConsumer<ObjectNode> rows) {
        long count = parameters.integer(COUNT.name());
        String seed = parameters.text(SEED.name());
        Hasher hasher = Hashing.sha256().newHasher();
        long found = 0;
        for (long game = 0; found < count; game++) {
            String id = "playout-" + seed + "-" + game;
            ObjectNode row = row(id);
            if (row != null) {
                hasher.putString(row.toString(), StandardCharsets.UTF_8);
                found++;
                rows.accept(row, found);
            }
        }
        return hasher.hash().toString();
    }

    /** The row of a game; null if it has none. */
    private static @Nullable ObjectNode row(String id) {
        Random random = new Random(IdHash.bits(NAME, id));
        int from = FIRST + random.nextInt(LAST - FIRST + 1);
        Position position = INITIAL;
        for (int played = 0; played < from + TRIES; played++) {
            Move best = played < from ? null : Captures.best(position);
            if (best != null) {
                return row(id, position, best);
            }
            List<Move> moves = position.legalMoves();
            if (moves.isEmpty()) {
                return null;
            }
            position = position.after(next(position, moves, random));
        }
        return null;
    }

    private static ObjectNode row(String id, Position position, Move best) {
        MoveOptions options = MoveOptions.of(position);
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        row.put("id", id).put("fen", position.fen());
        row.set("options", options.fens());
        return row.put("label", options.moves().indexOf(best));
    }

    private static Move next(Position position, List<Move> moves, Random random) {
        if (random.nextBoolean()) {
            List<Move> captures =
                    moves.stream().filter(move -> position.at(move.to()) != 0).toList();
            if (!captures.isEmpty()) {
                return captures.get(random.nextInt(captures.size()));
            }
        }
        return moves.get(random.nextInt(moves.size()));
    }
}
