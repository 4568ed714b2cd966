package dev.belay.models.network;

import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.encoder.Encoder;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.encoder.VectorEncoder;
import dev.belay.models.torch.Device;
import dev.belay.models.transformer.FineTune;
import dev.belay.models.transformer.TransformerBase;
import dev.belay.models.transformer.TransformerBases;
import java.nio.file.Path;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Opens networks: untrained ones, and those of checkpoints. */
public final class Networks {
    private final BiFunction<String, String, Encoder> encoders;
    private final BiFunction<String, String, TransformerBase> bases;
    private final Device device;

    private Networks(
            BiFunction<String, String, Encoder> encoders,
            BiFunction<String, String, TransformerBase> bases,
            Device device) {
        this.encoders = encoders;
        this.bases = bases;
        this.device = device;
    }

    /**
     * With given encoders, which can't be fine-tuned.
     *
     * @param encoders opens a frozen encoder by its name and, for encoders from a folder, SHA-256
     * @param device where networks are trained
     */
    public Networks(BiFunction<String, String, Encoder> encoders, Device device) {
        this(
                encoders,
                (name, sha256) -> {
                    throw new IllegalArgumentException(name + " can't be fine-tuned");
                },
                device);
    }

    /**
     * With the encoders of {@link Encoders}.
     *
     * @param cacheDir folder of cached vectors; created if absent
     * @param encodersDir parent of the folders of {@code hf:NAME}; need not exist
     */
    public static Networks of(Device device, Path cacheDir, Path encodersDir) {
        return new Networks(
                (name, sha256) -> Encoders.open(name, sha256, device, cacheDir, encodersDir),
                (name, sha256) -> TransformerBases.open(name, sha256, encodersDir),
                device);
    }

    /**
     * A frozen encoder other than {@code vector}, whose length depends on the design. It is never
     * closed.
     *
     * @throws IllegalArgumentException if the name is unknown
     */
    public Encoder encoder(String name, String sha256) {
        return encoders.apply(name, sha256);
    }

    /**
     * Number of trained weights of a network of this design.
     *
     * @throws IllegalArgumentException if the encoder is unknown or has too few layers
     */
    public long learning(NetworkDesign design) {
        return design.fineTune().frozen()
                ? design.learningHead(encoder(design).dimensions())
                : design.learning(bases.apply(design.encoder(), design.encoderSha256()).shape());
    }

    /**
     * An untrained network.
     *
     * @param seed of the head's initialisation
     * @param zeroInit whether the head is initialised with zeros instead
     * @throws IllegalArgumentException if the encoder is unknown
     */
    public Network<?> fresh(NetworkDesign design, long seed, boolean zeroInit) {
        FineTune tune = design.fineTune();
        if (tune.frozen()) {
            Encoder encoder = encoder(design);
            return FrozenNetwork.fresh(
                    encoder, head(design.head(encoder.dimensions()), seed, zeroInit));
        }
        TransformerBase base = bases.apply(design.encoder(), design.encoderSha256());
        Head head = head(design.head(base.shape().width()), seed, zeroInit);
        return closingOnError(head, () -> FineTunedNetwork.fresh(base, tune, head, seed, device));
    }

    /**
     * Reads a network from the bytes of {@link Network#write}.
     *
     * @throws MalformedCheckpointException if they contain none, one of another design, or weights
     *     that are not finite
     * @throws IllegalArgumentException if the encoder is unknown
     */
    public Network<?> read(byte[] weights, NetworkDesign design) {
        return read(SafeTensors.read(weights), design);
    }

    /**
     * Reads a network for predictions only; head and fine-tuning are those that the bytes describe.
     */
    public Network<?> read(byte[] weights, String encoder, String encoderSha256) {
        SafeTensors file = SafeTensors.read(weights);
        HeadShape head = HeadShape.read(file);
        return read(
                file,
                new NetworkDesign(
                        encoder,
                        encoderSha256,
                        head.kind(),
                        head.hidden(),
                        head.classes(),
                        FineTunedNetwork.tune(file),
                        head.inputs()));
    }

    private Network<?> read(SafeTensors file, NetworkDesign design) {
        FineTune tune = design.fineTune();
        if (tune.frozen()) {
            Encoder encoder = encoder(design);
            design.head(encoder.dimensions()).require(HeadShape.read(file));
            Head head = Head.read(file, device);
            return closingOnError(head, () -> FrozenNetwork.read(file, encoder, head));
        }
        TransformerBase base = bases.apply(design.encoder(), design.encoderSha256());
        design.head(base.shape().width()).require(HeadShape.read(file));
        Head head = Head.read(file, device);
        return closingOnError(head, () -> FineTunedNetwork.read(file, base, tune, head, device));
    }

    private Encoder encoder(NetworkDesign design) {
        return design.encoder().equals(VectorEncoder.NAME)
                ? new VectorEncoder(design.vectorLength())
                : encoder(design.encoder(), design.encoderSha256());
    }

    private Head head(HeadShape shape, long seed, boolean zeroInit) {
        return zeroInit ? Head.zero(shape, device) : Head.uniform(shape, seed, device);
    }

    private static Network<?> closingOnError(Head head, Supplier<Network<?>> network) {
        try {
            return network.get();
        } catch (RuntimeException e) {
            head.close();
            throw e;
        }
    }
}
