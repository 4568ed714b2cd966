package dev.belay.models;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Opens encoders by name. Within a process there is one of each name and cache directory: all
 * services share its model, its vectors and its counters.
 */
public final class Encoders {
    /** Rows kept in memory by each pretrained encoder, about 100 MB. */
    private static final int ROWS_IN_MEMORY = 65_536;

    private record Key(String name, Device device, Path cacheDir) {}

    private static final Map<Key, CachingEncoder> OPEN = new HashMap<>();

    private Encoders() {}

    /** The names {@link #open} knows. */
    public static List<String> names() {
        var names = new ArrayList<>(List.of("hashing", "hashing-bigrams"));
        Pretrained.ALL.forEach(model -> names.add(model.name()));
        return List.copyOf(names);
    }

    /** Whether the encoder is a bag of words, which is cheap and wants other settings. */
    public static boolean isHashing(String name) {
        return name.equals("hashing") || name.equals("hashing-bigrams");
    }

    /**
     * Opens an encoder, or gives the one that is open. The model is loaded at the first text that
     * is not in the cache. Closing it does nothing: it lives as long as the process.
     *
     * @param cacheDir where vectors are kept from run to run; made if absent
     * @throws IllegalArgumentException if no encoder has this name
     * @throws IllegalStateException if {@code device} is {@link Device#GPU} and there is none
     */
    public static Encoder open(String name, Device device, Path cacheDir) {
        if (name.equals("hashing")) return new HashingEncoder(name, 1);
        if (name.equals("hashing-bigrams")) return new HashingEncoder(name, 2);
        for (Pretrained model : Pretrained.ALL)
            if (model.name().equals(name)) return open(model, device, cacheDir);
        throw new IllegalArgumentException(
                "unknown encoder '" + name + "', expected one of " + String.join(", ", names()));
    }

    /** What the open encoders of this process have done so far, one entry a pretrained encoder. */
    public static List<CachingEncoder.Counts> counts() {
        synchronized (OPEN) {
            return OPEN.values().stream().map(CachingEncoder::counts).toList();
        }
    }

    private static Encoder open(Pretrained model, Device device, Path cacheDir) {
        boolean cuda =
                device.cudaForEncoders(); // before the first text: errors belong at the start
        synchronized (OPEN) {
            return OPEN.computeIfAbsent(
                    new Key(model.name(), device, cacheDir.toAbsolutePath().normalize()),
                    key -> {
                        // a GPU's last bits differ
                        String version = model.version() + (cuda ? "-cuda" : "");
                        var disk =
                                new VectorFile(
                                        key.cacheDir(),
                                        model.name() + "-" + version,
                                        Pretrained.DIMENSIONS);
                        return new CachingEncoder(
                                model.name(),
                                Pretrained.DIMENSIONS,
                                () -> new OnnxEncoder(model, device),
                                disk,
                                ROWS_IN_MEMORY);
                    });
        }
    }
}
