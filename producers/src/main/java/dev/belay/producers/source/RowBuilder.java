package dev.belay.producers.source;

import com.google.common.hash.Hashing;

import dev.belay.schemas.IdHash;
import dev.belay.schemas.events.Split;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Turns the cells of one row into a checked {@link Row}: id, text, class, split, place in the
 * order.
 *
 * <p>A row without id column gets the id {@code h-} + the first 32 hex digits of SHA-256 of its
 * text: stable whatever the file is called and wherever the row stands, and never a function of the
 * label, which an id must not give away.
 *
 * <p>Splits: HOLDOUT when the split column says so, or {@code uniform("holdout", id) < share}; of
 * the others SUPERVISOR when {@code uniform("supervisor", id) < supervisor-share}, else STUDENT.
 * Place in the order: {@code bits("order:" + seed, id)}.
 */
public final class RowBuilder {
    static final String HOLDOUT_PURPOSE = "holdout";
    static final String SUPERVISOR_PURPOSE = "supervisor";

    /** Predictions go in blocks of 1,024 ids and at most 512 KiB. */
    static final int MAX_ID_BYTES = 256;

    /** Kafka takes records of 1 MiB; labels repeat the text. */
    static final int MAX_TEXT_BYTES = 512 << 10;

    private static final int SPLIT_VALUES_KEPT = 8;

    private final String file;
    private final DataConfig config;
    private final Set<String> splitValues = new TreeSet<>();
    private boolean holdoutClosed;

    public RowBuilder(String file, DataConfig config) {
        this.file = file;
        this.config = config;
    }

    /** Values of the split column seen so far, the first few: for an error that names them. */
    public Set<String> splitValues() {
        return splitValues;
    }

    /** From now on no row is HOLDOUT: those drawn for it are split as all others. */
    void closeHoldout() {
        holdoutClosed = true;
    }

    Row row(long line, @Nullable String id, String text, int label, @Nullable String split) {
        int textBytes = utf8Length(text);
        if (text.isBlank()) {
            throw DataException.at(
                    file, line, "an empty text", "a text to classify", "Take the row out.");
        }
        if (textBytes > MAX_TEXT_BYTES) {
            throw DataException.at(
                    file,
                    line,
                    "a text of " + textBytes + " bytes",
                    "at most " + MAX_TEXT_BYTES,
                    "Shorten it or take the row out.");
        }
        String key =
                id != null
                        ? id
                        : "h-"
                                + Hashing.sha256()
                                        .hashString(text, StandardCharsets.UTF_8)
                                        .toString()
                                        .substring(0, 32);
        checkedId(line, key);
        if (split != null && splitValues.size() < SPLIT_VALUES_KEPT) {
            splitValues.add(split);
        }
        return new Row(
                IdHash.bits("order:" + config.orderSeed(), key),
                line,
                key,
                text,
                label,
                split(key, split));
    }

    String checkedId(long line, String id) {
        if (id.isBlank() || utf8Length(id) > MAX_ID_BYTES) {
            throw DataException.at(
                    file,
                    line,
                    id.isBlank() ? "an empty id" : "an id of " + utf8Length(id) + " bytes",
                    "an id of 1 to " + MAX_ID_BYTES + " bytes",
                    "Give each row an id of its own, or name no id column.");
        }
        return id;
    }

    /** The class of a label given as a number. */
    int labelOf(long line, long index) {
        if (!config.labels().isEmpty()) {
            int mapped = config.labels().indexOf(Long.toString(index));
            if (mapped < 0) {
                throw wrongLabel(line, Long.toString(index));
            }
            return mapped;
        }
        if (index < 0 || index >= config.classes().size()) {
            throw wrongLabel(line, Long.toString(index));
        }
        return (int) index;
    }

    /** The class of a label given as text: a class name, else a label of the source or a number. */
    int labelOf(long line, String text) {
        int named = config.classes().indexOf(text);
        if (named < 0) {
            named = config.labels().indexOf(text);
        }
        if (named >= 0) {
            return named;
        }
        try {
            return labelOf(line, Long.parseLong(text));
        } catch (NumberFormatException e) {
            throw wrongLabel(line, "'" + abbreviate(text) + "'");
        }
    }

    DataException wrongLabel(long line, String found) {
        List<String> labels = config.labels();
        String known =
                labels.isEmpty() ? "0 to " + (config.classes().size() - 1) : "one of " + labels;
        return DataException.at(
                file,
                line,
                "label " + found + " in '" + config.fields().label() + "'",
                "a class: " + known + ", or one of " + config.classes(),
                "Mend the row, or the classes of the task.");
    }

    private Split split(String id, @Nullable String column) {
        boolean held =
                config.holdout() instanceof DataConfig.Holdout.Share s
                        ? IdHash.uniform(HOLDOUT_PURPOSE, id) < s.share()
                        : config.holdout() instanceof DataConfig.Holdout.Column c
                                && c.value().equals(column);
        if (held && !holdoutClosed) {
            return Split.HOLDOUT;
        }
        return IdHash.uniform(SUPERVISOR_PURPOSE, id) < config.supervisorShare()
                ? Split.SUPERVISOR
                : Split.STUDENT;
    }

    public static String abbreviate(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
