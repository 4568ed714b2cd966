package dev.belay.models.encoder;

import com.google.common.hash.Hashing;
import dev.belay.models.image.Preprocessing;
import dev.belay.models.input.Input;
import dev.belay.models.torch.Device;
import dev.belay.models.transformer.HuggingFaceFolder;
import dev.belay.models.transformer.Pretrained;
import dev.belay.models.transformer.ScratchTransformers;
import dev.belay.plugins.Parameters;
import dev.belay.plugins.Plugin;
import dev.belay.plugins.Plugins;
import java.nio.charset.StandardCharsets;
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

    /**
     * @param title the name and, if they differ from their defaults, its parameters
     */
    private record Key(String name, String title, String version, Device device, Path cacheDir) {}

    private static final Map<Key, CachingEncoder> OPEN = new HashMap<>();
    private static final Map<EncoderRef, Encoder> PROVIDED = new HashMap<>();

    private Encoders() {}

    /** All names except folders ({@code hf:NAME}). */
    public static List<String> names() {
        var names = new ArrayList<>(Plugins.load(EncoderProvider.class).keySet());
        Pretrained.ALL.forEach(model -> names.add(model.name()));
        names.addAll(ScratchTransformers.names());
        names.addAll(ConvEncoders.names());
        return List.copyOf(names);
    }

    /** Whether this is the name of an encoder; a folder need not exist. */
    public static boolean isName(String name) {
        return names().contains(name) || isFolder(name);
    }

    /**
     * Kinds of inputs that an encoder of this name accepts; of a folder, those that some accept.
     */
    public static Set<Input.Kind> accepts(String name) {
        if (hasNoLayers(name)) return provider(name).accepts();
        if (isFolder(name)) return Set.of(Input.Kind.TEXT, Input.Kind.PARTS, Input.Kind.CONTENT);
        return ConvEncoders.isName(name)
                ? ConvEncoders.accepts(name)
                : Set.of(Input.Kind.TEXT, Input.Kind.PARTS);
    }

    /**
     * Kinds of inputs that an encoder accepts.
     *
     * @param encodersDir parent of the folders of {@code hf:NAME}
     * @throws IllegalArgumentException if the folder is invalid
     */
    public static Set<Input.Kind> accepts(String name, Path encodersDir) {
        if (!isFolder(name)) return accepts(name);
        return new HuggingFaceFolder(encodersDir, name).isOfImages()
                ? Set.of(Input.Kind.CONTENT)
                : Set.of(Input.Kind.TEXT, Input.Kind.PARTS);
    }

    /** Whether the encoder is a bag of words or {@code length}: other default settings. */
    public static boolean isSimple(String name) {
        return List.of("hashing", "hashing-bigrams", LengthEncoder.NAME).contains(name);
    }

    /**
     * Whether it is a Java class, of which nothing learns by the gradient: bags of words, vectors,
     * plug-ins' encoders.
     */
    public static boolean hasNoLayers(String name) {
        return Plugins.load(EncoderProvider.class).containsKey(name);
    }

    /** Whether encoding is cheaper than a cache. */
    public static boolean isCheap(String name) {
        return hasNoLayers(name) && !provider(name).cached();
    }

    /** Whether it has no pretrained weights: all of it is trained. */
    public static boolean isFromScratch(String name) {
        return ScratchTransformers.names().contains(name) || ConvEncoders.isName(name);
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
    public static int layers(EncoderRef encoder, Path encodersDir) {
        String name = encoder.name();
        if (hasNoLayers(name)
                || ConvEncoders.isName(name)
                || isOfImages(name, encodersDir)
                || TokenEncoders.isQuantized(name)) return 0;
        return TokenEncoders.shape(encoder, encodersDir).layers();
    }

    private static boolean isOfImages(String name, Path encodersDir) {
        return isFolder(name) && new HuggingFaceFolder(encodersDir, name).isOfImages();
    }

    /**
     * Number of weights of an encoder, with embeddings, without BERT's unused pooler. 0 for bags of
     * words, vectors and pixels. Opens no model: the shapes counted are those that its file is
     * required to have; of image encoders, those in the file.
     *
     * @param encodersDir parent of the folders of {@code hf:NAME}
     * @throws IllegalArgumentException if the name is unknown, or the folder is invalid
     */
    public static long parameters(EncoderRef encoder, Path encodersDir) {
        String name = encoder.name();
        if (hasNoLayers(name)) return 0;
        if (ConvEncoders.isName(name)) return ConvEncoders.shape(encoder).weights();
        if (isOfImages(name, encodersDir))
            return new HuggingFaceFolder(encodersDir, name).onnxWeights();
        return TokenEncoders.shape(encoder, encodersDir).size();
    }

    /** Version of an encoder's semantics, part of a spec's hash. */
    public static int version(String name) {
        return hasNoLayers(name) ? provider(name).version() : 1;
    }

    /** All encoders that may declare parameters. */
    public static List<Plugin> plugins() {
        var plugins = new ArrayList<Plugin>(Plugins.load(EncoderProvider.class).values());
        plugins.addAll(ConvEncoders.plugins());
        return List.copyOf(plugins);
    }

    /** An encoder's name and the parameters that it declares. */
    public static Plugin plugin(String name) {
        if (ConvEncoders.isName(name)) return ConvEncoders.plugin(name);
        return hasNoLayers(name) ? provider(name) : TokenEncoders.plugin(name);
    }

    /**
     * Features of an example that the head gets.
     *
     * @throws IllegalArgumentException if there is no such encoder, or a parameter is not accepted
     */
    public static int dimensions(EncoderRef encoder, Path encodersDir) {
        String name = encoder.name();
        if (hasNoLayers(name)) return provider(name).dimensions(parameters(encoder));
        if (ConvEncoders.isName(name)) return ConvEncoders.shape(encoder).features();
        if (isOfImages(name, encodersDir))
            return new HuggingFaceFolder(encodersDir, name).imageWidth();
        return TokenEncoders.shape(encoder, encodersDir).width();
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

    /** As {@link #open(EncoderRef, Device, Path, Path)}, with its defaults; no folder. */
    public static Encoder open(String name, Device device, Path cacheDir) {
        return open(new EncoderRef(name), device, cacheDir, cacheDir);
    }

    /**
     * Opens a frozen encoder, or gives the one that is open; there is one, and one cache, for each
     * value of {@code max-tokens}. The model is loaded at the first input that is not in the cache.
     * Closing it does nothing: it lives as long as the process. {@code hf:NAME} runs in ONNX
     * Runtime if there is a {@code model.onnx}, else in PyTorch.
     *
     * @param cacheDir where vectors are kept from run to run; made if absent
     * @param encodersDir where the folders of {@code hf:NAME} are
     * @throws IllegalArgumentException if there is no such encoder, or a parameter is not accepted
     * @throws IllegalStateException if {@code device} is {@link Device#GPU} and there is none
     */
    public static Encoder open(EncoderRef encoder, Device device, Path cacheDir, Path encodersDir) {
        String name = encoder.name();
        Path cache = cacheDir.toAbsolutePath().normalize();
        Parameters parameters = parameters(encoder);
        if (hasNoLayers(name)) return provided(encoder, parameters, device, cache);
        for (Pretrained model : Pretrained.ALL)
            if (model.name().equals(name))
                return open(
                        key(encoder, model.version(), device, cache),
                        Pretrained.DIMENSIONS,
                        () -> TokenEncoders.open(model, encoder, device, encodersDir));
        if (isFolder(name)) return folder(encoder, device, cache, encodersDir);
        throw new IllegalArgumentException(
                "unknown encoder '%s', expected hf:NAME or one of %s"
                        .formatted(name, String.join(", ", names())));
    }

    /** Vectors with other parameters are in a file of their own. */
    private static Key key(EncoderRef encoder, String version, Device device, Path cacheDir) {
        Map<String, String> given = parameters(encoder).differing();
        String title = encoder.name();
        String file = version;
        String most = given.get(TokenParameters.MAX_TOKENS);
        if (most != null) {
            title += " max-tokens " + most;
            file += "-max" + most;
        }
        String layers = given.get(TokenParameters.LAYERS);
        if (layers != null) {
            title += " layers " + layers;
            file += "-layers" + layers;
        }
        return new Key(encoder.name(), title, file, device, cacheDir);
    }

    private static Encoder folder(
            EncoderRef encoder, Device device, Path cacheDir, Path encodersDir) {
        String name = encoder.name();
        Key key = key(encoder, encoder.sha256(), device, cacheDir);
        synchronized (OPEN) {
            CachingEncoder open = OPEN.get(key);
            if (open != null) return open;
        }
        HuggingFaceFolder folder = HuggingFaceFolder.checked(encodersDir, name, encoder.sha256());
        if (folder.isOfImages()) {
            int width = folder.imageWidth();
            Preprocessing preprocessing = folder.preprocessing();
            return open(
                    key,
                    width,
                    () ->
                            new OnnxImageEncoder(
                                    name,
                                    width,
                                    preprocessing,
                                    OnnxEncoder.load(name, folder.onnx(), device)));
        }
        int maxTokens = TokenEncoders.maxTokens(encoder, encodersDir);
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
                                        folder.tokens(maxTokens),
                                        folder.isQuantized())
                                : new TransformerEncoder(
                                        TokenEncoders.base(encoder, encodersDir), device));
    }

    private static Encoder provided(
            EncoderRef encoder, Parameters parameters, Device device, Path cacheDir) {
        EncoderProvider provider = provider(encoder.name());
        Supplier<Encoder> open = () -> provider.open(parameters);
        if (!provider.cached()) {
            synchronized (PROVIDED) {
                return PROVIDED.computeIfAbsent(encoder, e -> open.get());
            }
        }
        String version = "v" + provider.version();
        if (!parameters.differing().isEmpty()) {
            String all = parameters.differing().toString();
            version += "-" + Hashing.sha256().hashString(all, StandardCharsets.UTF_8);
        }
        return open(
                new Key(encoder.name(), encoder.name(), version, device, cacheDir),
                provider.dimensions(parameters),
                open);
    }

    private static EncoderProvider provider(String name) {
        return Plugins.get(EncoderProvider.class, name);
    }

    private static Parameters parameters(EncoderRef encoder) {
        return Parameters.of(plugin(encoder.name()), encoder.parameters());
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
                                k.name(), k.title(), dimensions, loader, disk, ROWS_IN_MEMORY);
                    });
        }
    }
}
