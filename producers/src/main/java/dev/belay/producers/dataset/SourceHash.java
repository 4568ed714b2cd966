package dev.belay.producers.dataset;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.belay.producers.file.FileFormat;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.Source;
import dev.belay.schemas.TruthDraw;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The identity of a source, by which a producer recognises what it has written: SHA-256 over the
 * bytes and everything that decides which rows come of them. What is not used adds nothing, so the
 * hash of earlier versions stays.
 */
final class SourceHash {
    private SourceHash() {}

    /**
     * Hex.
     *
     * @param bytesHash of the source's bytes
     */
    static String of(DataConfig config, String bytesHash) {
        Source source = config.source().plugin();
        List<String> parts =
                new ArrayList<>(
                        List.of(
                                "belay-source-1",
                                bytesHash,
                                // as release 0.1 wrote it
                                source instanceof FileFormat
                                        ? source.name().toUpperCase(Locale.ROOT)
                                        : source.name(),
                                "id=" + config.fields().id(),
                                config.fields().input() instanceof DataConfig.InputColumns.Text text
                                        ? "text=" + text.column()
                                        : "input=" + config.fields().input(),
                                "label=" + config.fields().label(),
                                "split=" + config.fields().split(),
                                config.holdout() instanceof DataConfig.Holdout.Column column
                                        ? "column=" + column.value()
                                        : "share="
                                                + ((DataConfig.Holdout.Share) config.holdout())
                                                        .share(),
                                Double.toString(config.supervisorShare()),
                                config.order().name(),
                                Long.toString(config.orderSeed()),
                                String.join("\u001f", config.classes())));
        // what is not used adds nothing
        config.labels().forEach(label -> parts.add("label=" + label));
        config.fields().tags().forEach((tag, column) -> parts.add("tag=" + tag + "=" + column));
        if (config.fields().group() != null) {
            parts.add("group=" + config.fields().group());
        }
        if (config.fields().options() != null) {
            parts.add("options=" + config.fields().options().columns());
        }
        if (config.fields().votes() != null) {
            parts.add("votes=" + config.fields().votes());
        }
        if (config.holdout().where() != null) {
            parts.add("where=" + config.holdout().where());
        }
        TruthDraw truth = config.truth();
        if (truth != null) {
            parts.add("truth=" + truth.probability() + " " + truth.seed());
        }
        if (source.version() > 1) {
            parts.add("version=" + source.version());
        }
        Hasher hasher = Hashing.sha256().newHasher();
        parts.forEach(part -> hasher.putString(part, StandardCharsets.UTF_8).putByte((byte) 0));
        return hasher.hash().toString();
    }
}
