package dev.belay.producers.dataset;

import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.SourceFile;
import dev.belay.producers.source.WordNetSource;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

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
        MessageDigest digest = SourceFile.sha256();
        String format =
                config.source() instanceof DataConfig.FileSource file
                        ? file.format().name()
                        : WordNetSource.NAME;
        String[] parts = {
            "belay-source-1",
            bytesHash,
            format,
            "id=" + config.fields().id(),
            config.fields().input() instanceof DataConfig.InputColumns.Text text
                    ? "text=" + text.column()
                    : "input=" + config.fields().input(),
            "label=" + config.fields().label(),
            "split=" + config.fields().split(),
            config.holdout() instanceof DataConfig.Holdout.Column column
                    ? "column=" + column.value()
                    : "share=" + ((DataConfig.Holdout.Share) config.holdout()).share(),
            Double.toString(config.supervisorShare()),
            config.order().name(),
            Long.toString(config.orderSeed()),
            String.join("\u001f", config.classes())
        };
        for (String part : parts) {
            add(digest, part);
        }
        // where there are none nothing is added: the hash is that of earlier versions
        for (String label : config.labels()) {
            add(digest, "label=" + label);
        }
        config.fields().tags().forEach((tag, column) -> add(digest, "tag=" + tag + "=" + column));
        if (config.fields().group() != null) {
            add(digest, "group=" + config.fields().group());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void add(MessageDigest digest, String part) {
        digest.update(part.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }
}
