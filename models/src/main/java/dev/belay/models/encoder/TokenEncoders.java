package dev.belay.models.encoder;

import dev.belay.models.torch.Device;
import dev.belay.models.transformer.HuggingFaceFolder;
import dev.belay.models.transformer.Pretrained;
import dev.belay.models.transformer.ScratchTransformers;
import dev.belay.models.transformer.TransformerBase;
import dev.belay.models.transformer.TransformerBases;
import dev.belay.models.transformer.TransformerShape;
import dev.belay.plugins.Parameters;
import dev.belay.plugins.Plugin;
import java.nio.file.Path;
import java.util.HashMap;

/** Encoders that read tokens: pretrained ones, folders {@code hf:NAME}, and those from scratch. */
public final class TokenEncoders {
    private TokenEncoders() {}

    static boolean isQuantized(String name) {
        return Pretrained.ALL.stream().anyMatch(m -> m.name().equals(name) && m.quantized());
    }

    /** The shape of a transformer, without the layers that its parameters leave out. */
    public static TransformerShape shape(EncoderRef encoder, Path encodersDir) {
        String name = encoder.name();
        if (HuggingFaceFolder.isName(name)) return new HuggingFaceFolder(encodersDir, name).shape();
        if (depth(name) > 0) return pretrained(name).shape().withLayers(layers(encoder));
        for (Pretrained model : Pretrained.ALL) if (model.name().equals(name)) return model.shape();
        return ScratchTransformers.shape(name);
    }

    private static Pretrained pretrained(String name) {
        return Pretrained.ALL.stream().filter(m -> m.name().equals(name)).findAny().orElseThrow();
    }

    /** The value of the parameter {@code layers}. */
    private static int layers(EncoderRef encoder) {
        return (int)
                Parameters.of(plugin(encoder.name()), encoder.parameters())
                        .integer(TokenParameters.LAYERS);
    }

    /** The parameters of an encoder of tokens. */
    static Plugin plugin(String name) {
        return new TokenParameters(name, knownLimit(name), depth(name));
    }

    /** Layers of an encoder that can be cut; 0: it can't. */
    private static int depth(String name) {
        for (Pretrained model : Pretrained.ALL)
            if (model.name().equals(name) && !model.quantized()) return model.layers();
        return 0;
    }

    /** Longest input in tokens; 0: in the files of {@code hf:NAME}. */
    private static int knownLimit(String name) {
        for (Pretrained model : Pretrained.ALL)
            if (model.name().equals(name)) return model.maxTokens();
        return HuggingFaceFolder.isName(name) ? 0 : ScratchTransformers.MAX_TOKENS;
    }

    /**
     * The encoder with its parameters in the form of a spec: {@code max-tokens} is left out if it
     * is the limit that the files of {@code hf:NAME} have.
     *
     * @throws IllegalArgumentException if it is above the limit, the encoder reads no tokens, or
     *     the folder is invalid
     */
    public static EncoderRef canonical(EncoderRef encoder, Path encodersDir) {
        if (!encoder.parameters().containsKey(TokenParameters.MAX_TOKENS)
                || !HuggingFaceFolder.isName(encoder.name())) return encoder;
        var parameters = new HashMap<>(encoder.parameters());
        if (maxTokens(encoder, encodersDir) == limit(encoder.name(), encodersDir))
            parameters.remove(TokenParameters.MAX_TOKENS);
        return new EncoderRef(encoder.name(), parameters, encoder.sha256());
    }

    /**
     * Number of tokens that inputs of an encoder of tokens are truncated to: its {@code
     * max-tokens}, else its limit.
     *
     * @throws IllegalArgumentException as {@link #canonical}
     */
    public static int maxTokens(EncoderRef encoder, Path encodersDir) {
        int limit = limit(encoder.name(), encodersDir);
        String given =
                Parameters.of(plugin(encoder.name()), encoder.parameters())
                        .text(TokenParameters.MAX_TOKENS);
        int most = given.isEmpty() ? limit : Integer.parseInt(given);
        if (most > limit)
            throw new IllegalArgumentException(
                    "%s has the limit of %s tokens, found max-tokens: %s"
                            .formatted(encoder.name(), limit, most));
        return most;
    }

    private static int limit(String name, Path encodersDir) {
        if (!HuggingFaceFolder.isName(name)) return knownLimit(name);
        var folder = new HuggingFaceFolder(encodersDir, name);
        if (folder.isOfImages())
            throw new IllegalArgumentException(name + " encodes images, found max-tokens");
        return folder.maxTokens();
    }

    static Encoder open(Pretrained model, EncoderRef encoder, Device device, Path encodersDir) {
        return model.quantized() || layers(encoder) == model.layers()
                ? new OnnxEncoder(model, maxTokens(encoder, encodersDir), device)
                : new TransformerEncoder(base(encoder, encodersDir), device);
    }

    /**
     * The base of an encoder of tokens; as {@link TransformerBases#open}.
     *
     * @throws IllegalArgumentException if it can't be fine-tuned, or as {@link #canonical}
     */
    public static TransformerBase base(EncoderRef encoder, Path encodersDir) {
        return TransformerBases.open(
                encoder.name(),
                encoder.sha256(),
                encodersDir,
                maxTokens(encoder, encodersDir),
                depth(encoder.name()) > 0 ? layers(encoder) : 0);
    }
}
