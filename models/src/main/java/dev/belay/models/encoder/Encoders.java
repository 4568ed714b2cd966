package dev.belay.models.encoder;

import dev.belay.models.input.Input;
import dev.belay.models.torch.Device;
import dev.belay.models.transformer.HuggingFaceFolder;
import dev.belay.models.transformer.Pretrained;
import dev.belay.models.transformer.ScratchTransformers;
import dev.belay.models.transformer.TransformerBases;
import dev.belay.models.transformer.TransformerShape;
import dev.belay.plugins.Parameters;
import dev.belay.plugins.Plugins;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Opens encoders by name. A process has one instance per name and cache directory; all services
 * share its model, its vectors and its counters.
 */
public final class Encoders {
    /** Rows kept in memory by each pretrained encoder, about 100 MB. */
    private static final int ROWS_IN_MEMORY = 65_536;

    private record Key(String name, String version, Device device, Path cacheDir) {}

    private static final Map<Key, CachingEncoder> OPEN = new HashMap<>();
    private static final Map<EncoderProvider, Encoder> PROVIDED = new HashMap<>();

    private Encoders() {}

    /** All names except folders ({@code hf:NAME}). */
    public static List<String> names() {
        var names = new ArrayList<>(Plugins.load(EncoderProvider.class).keySet());
        names.add(VectorEncoder.NAME);
        Pretrained.ALL.forEach(model -> names.add(model.name()));
        names.addAll(ScratchTransformers.names());
        return List.copyOf(names);
    }

    /** Whether this is the name of an encoder; a folder need not exist. */
    public static boolean isName(String name) {
        return names().contains(name) || isFolder(name);
    }

    /** Kinds of inputs that an encoder of this name accepts. */
    public static Set<Input.Kind> accepts(String name) {
        if (isVector(name)) return Set.of(Input.Kind.VECTOR);
        return isProvided(name)
                ? provider(name).accepts()
                : Set.of(Input.Kind.TEXT, Input.Kind.PARTS);
    }

    /** Whether the encoder is a bag of words, which has other default settings. */
    public static boolean isHashing(String name) {
        return name.equals("hashing") || name.equals("hashing-bigrams");
    }

    /** Whether the features are the input itself, standardised. */
    private static boolean isVector(String name) {
        return name.equals(VectorEncoder.NAME);
    }

    /** Whether it has no trainable layers: bags of words, vectors, plug-ins' encoders. */
    public static boolean hasNoLayers(String name) {
        return isVector(name) || isProvided(name);
    }

    /** Whether an {@link EncoderProvider} provides it: bags of words, plug-ins' encoders. */
    private static boolean isProvided(String name) {
        return Plugins.load(EncoderProvider.class).containsKey(name);
    }

    /** Whether encoding is cheaper than a cache. */
    public static boolean isCheap(String name) {
        return isVector(name) || (isProvided(name) && !provider(name).cached());
    }

    /** Whether it has no pretrained weights: all of it is trained. */
    public static boolean isFromScratch(String name) {
        return ScratchTransformers.names().contains(name);
    }

    /** Whether it is {@code hf:NAME}. */
    public static boolean isFolder(String name) {
        return HuggingFaceFolder.isName(name);
    }

    /**
     * Layers that can be fine-tuned.
     *
     * @param encodersDir parent of the folders of {@code hf:NAME}
     * @throws IllegalArgumentException if the name is unknown, or the folder is invalid
     */
    public static int layers(String name, Path encodersDir) {
        return hasNoLayers(name) ? 0 : shape(name, encodersDir).layers();
    }

    public static TransformerShape shape(String name, Path encodersDir) {
        if (isFolder(name)) return new HuggingFaceFolder(encodersDir, name).shape();
        for (Pretrained model : Pretrained.ALL) if (model.name().equals(name)) return model.shape();
        return ScratchTransformers.base(name).shape();
    }

    /**
     * Number of weights of an encoder, with embeddings, without BERT's unused pooler. 0 for bags of
     * words and vectors. Opens no model: the shapes counted are those that its file is required to
     * have.
     *
     * @param encodersDir parent of the folders of {@code hf:NAME}
     * @throws IllegalArgumentException if the name is unknown, or the folder is invalid
     */
    public static long parameters(String name, Path encodersDir) {
        return hasNoLayers(name) ? 0 : shape(name, encodersDir).size();
    }

    /** Version of an encoder's semantics, part of a spec's hash. */
    public static int version(String name) {
        return isProvided(name) ? provider(name).version() : 1;
    }

    /**
     * Number of features, the head's input; not for {@code vector}, where it depends on the data.
     */
    public static int dimensions(String name, Path encodersDir) {
        return isProvided(name)
                ? provider(name).dimensions(defaults(name))
                : shape(name, encodersDir).width();
    }

    /**
     * SHA-256 (hex) over the files of {@code hf:NAME}, which must be the same in every process;
     * empty for all others.
     *
     * @throws IllegalArgumentException if the folder is invalid
     */
    public static String sha256(String name, Path encodersDir) {
        return isFolder(name) ? new HuggingFaceFolder(encodersDir, name).sha256() : "";
    }

    /**
     * Opens a frozen encoder, or returns the open instance. The model is loaded at the first input
     * that is not cached. Closing it does nothing: it is shared by the whole process.
     *
     * @param cacheDir folder of cached vectors; created if absent
     * @throws IllegalArgumentException if no encoder has this name
     * @throws IllegalStateException if {@code device} is {@link Device#GPU} and there is none
     */
    public static Encoder open(String name, Device device, Path cacheDir) {
        if (isProvided(name)) return provided(name, device, cacheDir);
        for (Pretrained model : Pretrained.ALL)
            if (model.name().equals(name))
                return open(
                        new Key(name, model.version(), device, normal(cacheDir)),
                        Pretrained.DIMENSIONS,
                        () -> new OnnxEncoder(model, device));
        throw new IllegalArgumentException(
                "unknown encoder '"
                        + name
                        + "', expected hf:NAME or one of "
                        + String.join(", ", names()));
    }

    /**
     * Opens any frozen encoder, {@code hf:NAME} included: in ONNX Runtime if there is a {@code
     * model.onnx}, else in PyTorch.
     *
     * @param sha256 expected SHA-256 of the files of {@code hf:NAME}
     * @param encodersDir parent of the folders of {@code hf:NAME}
     */
    public static Encoder open(
            String name, String sha256, Device device, Path cacheDir, Path encodersDir) {
        if (!isFolder(name)) return open(name, device, cacheDir);
        var key = new Key(name, sha256, device, normal(cacheDir));
        synchronized (OPEN) {
            CachingEncoder encoder = OPEN.get(key);
            if (encoder != null) return encoder;
        }
        HuggingFaceFolder folder = HuggingFaceFolder.checked(encodersDir, name, sha256);
        return open(
                key,
                folder.shape().width(),
                () ->
                        folder.hasOnnx()
                                ? new OnnxEncoder(
                                        name,
                                        folder.shape().width(),
                                        folder.shape().pooling(),
                                        OnnxEncoder.load(name, folder.onnx(), device),
                                        folder.tokens())
                                : new TransformerEncoder(
                                        TransformerBases.open(name, sha256, encodersDir), device));
    }

    private static Encoder provided(String name, Device device, Path cacheDir) {
        EncoderProvider provider = provider(name);
        Supplier<Encoder> open = () -> provider.open(defaults(name));
        if (provider.cached()) {
            String version = "v" + provider.version();
            int dimensions = provider.dimensions(defaults(name));
            return open(new Key(name, version, device, normal(cacheDir)), dimensions, open);
        }
        synchronized (PROVIDED) {
            return PROVIDED.computeIfAbsent(provider, p -> open.get());
        }
    }

    private static EncoderProvider provider(String name) {
        return Plugins.get(EncoderProvider.class, name);
    }

    private static Parameters defaults(String name) {
        return Parameters.of(provider(name), Map.of());
    }

    /** Counts of the open encoders of this process, one entry per cached encoder. */
    public static List<CachingEncoder.Counts> counts() {
        synchronized (OPEN) {
            return OPEN.values().stream().map(CachingEncoder::counts).toList();
        }
    }

    private static Encoder open(Key key, int dimensions, Supplier<Encoder> loader) {
        // before the first input, so that errors are reported at the start
        boolean cuda = key.device().cudaForEncoders();
        synchronized (OPEN) {
            return OPEN.computeIfAbsent(
                    key,
                    k -> {
                        // the last bits of a GPU's results differ
                        String version = k.version() + (cuda ? "-cuda" : "");
                        String file = k.name().replace(':', '-') + "-" + version;
                        var disk = new VectorFile(k.cacheDir(), file, dimensions);
                        return new CachingEncoder(
                                k.name(), dimensions, loader, disk, ROWS_IN_MEMORY);
                    });
        }
    }

    private static Path normal(Path directory) {
        return directory.toAbsolutePath().normalize();
    }
}
