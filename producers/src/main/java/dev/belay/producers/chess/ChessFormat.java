package dev.belay.producers.chess;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.chess.Position;
import dev.belay.producers.file.FileFormat;
import dev.belay.producers.file.JsonlFormat;
import dev.belay.producers.file.SourceFile;
import dev.belay.producers.source.DataConfig.Fields;
import dev.belay.producers.source.DataConfig.InputColumns;
import dev.belay.producers.source.DataConfig.OptionColumns;
import dev.belay.producers.source.DataException;
import dev.belay.schemas.TaskKind;
import java.util.function.ObjLongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JSON Lines with a position (FEN) and its best move (UCI notation) in each row, as a choice among
 * the legal moves. The column of the text has the position, that of the label the move, or null if
 * it is not known. The column of the options, which the file need not have, gets the FENs after all
 * legal moves, in the order of their UCI notation, and the label becomes the index of the move.
 *
 * <p>A position with less than two legal moves is no choice; it is left out. Their number is
 * logged.
 */
public final class ChessFormat implements FileFormat {
    private static final Logger LOG = LoggerFactory.getLogger(ChessFormat.class);

    private static final FileFormat LINES = new JsonlFormat();

    @Override
    public String name() {
        return "chess";
    }

    @Override
    public void read(SourceFile file, Fields fields, ObjLongConsumer<ObjectNode> rows) {
        OptionColumns options = fields.options();
        if (!(fields.input() instanceof InputColumns.Text text)
                || options == null
                || options.columns().size() != 1) {
            throw DataException.at(
                    file.name(),
                    0,
                    "format chess with fields " + fields.columns(),
                    "a column of positions, one of moves, and a name for the options",
                    "Write task: {kind: choice} and data.fields: {text: fen, label: best_move_uci,"
                            + " options: moves}.");
        }
        long[] left = {0};
        LINES.read(
                file,
                fields,
                (row, line) -> {
                    MoveOptions moves = moves(file.name(), line, row, text.column());
                    if (moves.moves().size() < TaskKind.MIN_OPTIONS) {
                        left[0]++;
                        return;
                    }
                    label(file.name(), line, row, fields.label(), moves);
                    row.set(options.columns().get(0), moves.fens());
                    rows.accept(row, line);
                });
        if (left[0] > 0) {
            LOG.info("{}: {} positions with less than two moves left out", file.name(), left[0]);
        }
    }

    private static MoveOptions moves(String file, long line, ObjectNode row, String column) {
        JsonNode fen = row.path(column);
        if (!fen.isTextual()) {
            throw DataException.at(
                    file,
                    line,
                    fen.isMissingNode() ? "no column '" + column + "'" : column + " " + fen,
                    "a position in FEN",
                    "Correct the row, or name the right column in data.fields.text.");
        }
        try {
            return MoveOptions.of(Position.parse(fen.textValue()));
        } catch (IllegalArgumentException e) {
            throw wrong(file, line, e);
        }
    }

    /** Replaces the move by its index. */
    private static void label(
            String file, long line, ObjectNode row, String column, MoveOptions moves) {
        JsonNode move = row.path(column);
        if (move.isNull()) {
            return;
        }
        if (!move.isTextual()) {
            throw DataException.at(
                    file,
                    line,
                    move.isMissingNode() ? "no column '" + column + "'" : column + " " + move,
                    "a move in UCI notation, such as e2e4, or null",
                    "Correct the row, or name the right column in data.fields.label.");
        }
        try {
            row.put(column, moves.moves().indexOf(moves.position().legal(move.textValue())));
        } catch (IllegalArgumentException e) {
            throw wrong(file, line, e);
        }
    }

    /** The message says what was found and what was expected. */
    private static DataException wrong(String file, long line, IllegalArgumentException e) {
        return new DataException(file + ", line " + line + ": " + e.getMessage() + ".");
    }
}
