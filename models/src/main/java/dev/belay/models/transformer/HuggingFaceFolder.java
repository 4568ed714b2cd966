package dev.belay.models.transformer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.checkpoint.Tensor;
import dev.belay.models.image.Preprocessing;
import dev.belay.models.transformer.Pretrained.Pooling;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A model in a folder in the format of Hugging Face: BERT or, if there is a {@code
 * preprocessor_config.json}, an image encoder.
 *
 * <p>BERT: {@code config.json}, {@code tokenizer.json}, the weights as {@code model.safetensors} or
 * {@code model.onnx} (or both). {@code 1_Pooling/config.json} (sentence-transformers) names the
 * pooling; without it, it is the mean. An image encoder: {@code config.json} with its width, {@code
 * model.onnx} from {@code pixel_values} (rows, 3, height, width) to vectors.
 *
 * <p>The encoder {@code hf:NAME} is the folder NAME below a root; links must not leave the root.
 */
public final class HuggingFaceFolder {
    /** Prefix of the names of such encoders. */
    static final String PREFIX = "hf:";

    private static final Pattern NAME = Pattern.compile("hf:([a-z0-9_-][a-z0-9._-]*)");
    private static final String CONFIG = "config.json";
    private static final String TOKENIZER = "tokenizer.json";
    private static final String SAFETENSORS = "model.safetensors";
    private static final String ONNX = "model.onnx";
    private static final String POOLING = "1_Pooling/config.json";
    private static final String PREPROCESSOR = "preprocessor_config.json";
    private static final String SENTENCES = "sentence_bert_config.json";

    /** All files that are read, sorted. */
    private static final List<String> FILES =
            List.of(POOLING, CONFIG, ONNX, SAFETENSORS, PREPROCESSOR, SENTENCES, TOKENIZER);

    private static final int MOST_TOKENS = 512;
    private static final long MAX_JSON_BYTES = 1 << 20;
    private static final long MAX_MODEL_BYTES = Integer.MAX_VALUE;

    private final String name;
    private final Path root;
    private final Path folder;

    /**
     * @param root parent folder of all such encoders
     * @param name {@code hf:NAME}
     * @throws IllegalArgumentException if the name is invalid, or there is no such folder with the
     *     required files
     */
    public HuggingFaceFolder(Path root, String name) {
        if (!isName(name))
            throw new IllegalArgumentException(
                    "'" + name + "' names no folder, expected hf:NAME of a-z, 0-9, '.', '_', '-'");
        this.name = name;
        Path found = root.resolve(name.substring(PREFIX.length()));
        try {
            if (!Files.isDirectory(found))
                throw new IllegalArgumentException(
                        name + ": no folder " + found.toAbsolutePath().normalize());
            this.root = root.toRealPath();
            this.folder = found.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the folder " + found, e);
        }
        inside(folder);
        List<String> needed = isOfImages() ? List.of(CONFIG, ONNX) : List.of(CONFIG, TOKENIZER);
        for (String file : needed) if (!has(file)) throw missing(file);
        if (!has(SAFETENSORS) && !has(ONNX)) throw missing(SAFETENSORS + " or " + ONNX);
    }

    /**
     * A folder whose files have this SHA-256.
     *
     * @throws IllegalArgumentException if they have another, or as in the constructor
     */
    public static HuggingFaceFolder checked(Path root, String name, String sha256) {
        var folder = new HuggingFaceFolder(root, name);
        String found = folder.sha256();
        if (!found.equals(sha256))
            throw new IllegalArgumentException(
                    "%s: the files in %s have SHA-256 %s, expected %s"
                            .formatted(name, folder.folder, found, sha256));
        return folder;
    }

    /** Whether this is a name of such an encoder. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    String name() {
        return name;
    }

    /** Whether it is an image encoder. */
    public boolean isOfImages() {
        return has(PREPROCESSOR);
    }

    /**
     * Of an image encoder, what is done to images first.
     *
     * @throws IllegalArgumentException if the file asks for what is not implemented
     */
    public Preprocessing preprocessing() {
        try {
            return Preprocessing.of(json(PREPROCESSOR));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    name + ": " + folder.resolve(PREPROCESSOR) + ": " + e.getMessage(), e);
        }
    }

    /**
     * Of an image encoder, the length of its vectors: {@code hidden_dim}, {@code hidden_size} or
     * the last of {@code hidden_sizes}.
     */
    public int imageWidth() {
        JsonNode config = json(CONFIG);
        if (config.has("hidden_dim")) return number(config, "hidden_dim");
        JsonNode sizes = config.path("hidden_sizes");
        if (config.has("hidden_size") || sizes.isEmpty()) return number(config, "hidden_size");
        return sizes.get(sizes.size() - 1).intValue();
    }

    /** Number of floating-point weights in {@code model.onnx}. */
    public long onnxWeights() {
        try (InputStream in = Files.newInputStream(onnx())) {
            return new OnnxWeights(in).count();
        } catch (IOException e) {
            throw unreadable(ONNX, e);
        }
    }

    /** Whether weights in {@code model.onnx} are 8-bit integers; reads all of it. */
    public boolean isQuantized() {
        try (InputStream in = Files.newInputStream(onnx())) {
            return new OnnxWeights(in).areQuantized();
        } catch (IOException e) {
            throw unreadable(ONNX, e);
        }
    }

    public boolean hasOnnx() {
        return has(ONNX);
    }

    public Path onnx() {
        return file(ONNX, MAX_MODEL_BYTES);
    }

    /** SHA-256 (hex) over names and contents of the files that are read. */
    public String sha256() {
        Hasher all = Hashing.sha256().newHasher();
        for (String file : FILES) {
            if (!has(file)) continue;
            all.putString(file + '\0', StandardCharsets.UTF_8);
            try {
                Path path = file(file, MAX_MODEL_BYTES);
                all.putBytes(MoreFiles.asByteSource(path).hash(Hashing.sha256()).asBytes());
            } catch (IOException e) {
                throw unreadable(file, e);
            }
        }
        return all.hash().toString();
    }

    /**
     * @throws IllegalArgumentException if it is not a BERT model
     */
    public TransformerShape shape() {
        JsonNode config = json(CONFIG);
        expect(config, "model_type", "bert");
        expect(config, "hidden_act", "gelu");
        if (config.has("position_embedding_type"))
            expect(config, "position_embedding_type", "absolute");
        try {
            return new TransformerShape(
                    number(config, "vocab_size"),
                    number(config, "max_position_embeddings"),
                    number(config, "type_vocab_size"),
                    number(config, "hidden_size"),
                    number(config, "num_hidden_layers"),
                    number(config, "num_attention_heads"),
                    number(config, "intermediate_size"),
                    (float) config.path("layer_norm_eps").asDouble(1e-12),
                    pooling());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    /** Longest text in tokens, special tokens included. */
    public int maxTokens() {
        int longest = Math.min(MOST_TOKENS, shape().positions());
        return has(SENTENCES)
                ? Math.min(longest, json(SENTENCES).path("max_seq_length").asInt(longest))
                : longest;
    }

    /**
     * Opens its tokenizer.
     *
     * @param maxTokens texts are truncated to this, special tokens included
     */
    public WordPieceTokenizer tokens(int maxTokens) {
        try (InputStream in = Files.newInputStream(file(TOKENIZER, MAX_MODEL_BYTES))) {
            return new WordPieceTokenizer(in, "", maxTokens);
        } catch (IOException e) {
            throw unreadable(TOKENIZER, e);
        }
    }

    /**
     * Its tokens and weights.
     *
     * @param maxTokens texts are truncated to this
     * @throws IllegalArgumentException if tensors are missing or of another shape than in the
     *     configuration
     */
    TransformerBase base(int maxTokens) {
        TransformerShape shape = shape();
        if (has(SAFETENSORS)) {
            SafeTensors file = safeTensors();
            return new TransformerBase(
                    name, shape, tokens(maxTokens), (tensor, size) -> values(file, tensor, size));
        }
        try (InputStream in = Files.newInputStream(onnx())) {
            return new TransformerBase(name, shape, tokens(maxTokens), new OnnxWeights(in)::values);
        } catch (IOException e) {
            throw unreadable(ONNX, e);
        }
    }

    private float[] values(SafeTensors file, String tensor, long[] size) {
        for (Tensor found : file.tensors().values())
            if (HuggingFaceNames.plain(found.name()).equals(tensor))
                return found.withShape(size).toFloats();
        throw new IllegalArgumentException(
                name + ": no tensor " + tensor + " in " + folder.resolve(SAFETENSORS));
    }

    private SafeTensors safeTensors() {
        Path file = file(SAFETENSORS, MAX_MODEL_BYTES);
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            return SafeTensors.read(bytes);
        } catch (IOException e) {
            throw unreadable(SAFETENSORS, e);
        } catch (MalformedCheckpointException e) {
            throw new IllegalArgumentException(name + ": " + file + ": " + e.getMessage(), e);
        }
    }

    private Pooling pooling() {
        if (!has(POOLING)) return Pooling.MEAN;
        JsonNode config = json(POOLING);
        if (config.path("pooling_mode_cls_token").asBoolean()) return Pooling.CLS;
        if (config.path("pooling_mode_mean_tokens").asBoolean()) return Pooling.MEAN;
        throw new IllegalArgumentException(
                name + ": " + folder.resolve(POOLING) + " has a pooling other than mean or cls");
    }

    private void expect(JsonNode config, String key, String expected) {
        String found = config.path(key).asText("nothing");
        if (!found.equals(expected))
            throw new IllegalArgumentException(
                    "%s: %s has %s %s, expected %s"
                            .formatted(name, folder.resolve(CONFIG), key, found, expected));
    }

    private int number(JsonNode config, String key) {
        JsonNode value = config.path(key);
        if (!value.isInt() || value.intValue() < 1 || value.intValue() > 1 << 20)
            throw new IllegalArgumentException(
                    folder.resolve(CONFIG) + " has " + key + " " + value + ", expected a number");
        return value.intValue();
    }

    private JsonNode json(String file) {
        try {
            return new ObjectMapper().readTree(Files.readAllBytes(file(file, MAX_JSON_BYTES)));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private boolean has(String file) {
        return Files.isRegularFile(folder.resolve(file));
    }

    /** The file with links resolved. */
    private Path file(String file, long maxBytes) {
        try {
            Path real = inside(folder.resolve(file).toRealPath());
            if (Files.size(real) > maxBytes)
                throw new IllegalArgumentException(
                        name + ": " + real + " is larger than " + maxBytes + " bytes");
            return real;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private Path inside(Path real) {
        if (!real.startsWith(root))
            throw new IllegalArgumentException(
                    name + ": " + real + " is outside of " + root + ", where encoders are");
        return real;
    }

    private IllegalArgumentException missing(String file) {
        return new IllegalArgumentException(name + ": no " + file + " in " + folder);
    }

    private UncheckedIOException unreadable(String file, IOException e) {
        return new UncheckedIOException(name + ": cannot read " + folder.resolve(file), e);
    }
}
