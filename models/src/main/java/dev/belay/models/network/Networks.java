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

/** Opens networks: fresh ones, and those that a checkpoint holds. */
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
     * With encoders of one's own, which can't be fine-tuned.
     *
     * @param encoders opens a frozen encoder by its name and, of encoders from a folder, SHA-256
     * @param device where networks learn
     */
    public Networks(BiFunction<String, String, Encoder> encoders, Device device) {
        this(
                encoders,
                (name, sha256) -> {
                    throw new IllegalArgumentException(name + " can't be fine-tuned here");
                },
                device);
    }

    /**
     * With the encoders that {@link Encoders} knows.
     *
     * @param cacheDir where vectors are kept from run to run; made if absent
     * @param encodersDir where {@code hf:NAME} is the folder NAME; need not be there
     */
    public static Networks of(Device device, Path cacheDir, Path encodersDir) {
        return new Networks(
                (name, sha256) -> Encoders.open(name, sha256, device, cacheDir, encodersDir),
                (name, sha256) -> TransformerBases.open(name, sha256, encodersDir),
                device);
    }

    /**
     * A frozen encoder, not {@code vector}, whose length is a design's; it stays open as long as
     * the process.
     *
     * @throws IllegalArgumentException if the name is unknown
     */
    public Encoder encoder(String name, String sha256) {
        return encoders.apply(name, sha256);
    }

    /**
     * Weights that learn in a network of this design.
     *
     * @throws IllegalArgumentException if the encoder is unknown or has too few layers
     */
    public long learning(NetworkDesign design) {
        return design.fineTune().frozen()
                ? design.learningHead(encoder(design).dimensions())
                : design.learning(bases.apply(design.encoder(), design.encoderSha256()).shape());
    }

    /**
     * A network that has learned nothing.
     *
     * @param seed of the head's initialisation
     * @param zeroInit whether the head begins with zeros instead
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
     * Goes on with a network from the bytes that {@link Network#write} gave.
     *
     * @throws MalformedCheckpointException if they hold none, one of another design, or one with
     *     weights that are not finite
     * @throws IllegalArgumentException if the encoder is unknown
     */
    public Network<?> read(byte[] weights, NetworkDesign design) {
        return read(SafeTensors.read(weights), design);
    }

    /**
     * The same for predictions only, where the bytes may say which head they hold and what of the
     * encoder.
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
