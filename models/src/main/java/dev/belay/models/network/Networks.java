package dev.belay.models.network;

import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.checkpoint.SafeTensors;
import dev.belay.models.encoder.Encoder;
import dev.belay.models.encoder.EncoderRef;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.encoder.TokenEncoders;
import dev.belay.models.image.ConvShape;
import dev.belay.models.torch.Device;
import dev.belay.models.transformer.FineTune;
import dev.belay.models.transformer.TransformerBase;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** Opens networks: untrained ones, and those of checkpoints. */
public final class Networks {
    private final Function<EncoderRef, Encoder> encoders;
    private final Function<EncoderRef, TransformerBase> bases;
    private final Device device;

    private Networks(
            Function<EncoderRef, Encoder> encoders,
            Function<EncoderRef, TransformerBase> bases,
            Device device) {
        this.encoders = encoders;
        this.bases = bases;
        this.device = device;
    }

    /**
     * With given encoders, which can't be fine-tuned.
     *
     * @param encoders opens a frozen encoder
     * @param device where networks learn
     */
    public Networks(Function<EncoderRef, Encoder> encoders, Device device) {
        this(
                encoders,
                encoder -> {
                    throw new IllegalArgumentException(
                            encoder.name() + " can't be fine-tuned here");
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
                encoder -> Encoders.open(encoder, device, cacheDir, encodersDir),
                encoder -> TokenEncoders.base(encoder, encodersDir),
                device);
    }

    /**
     * A frozen encoder; it stays open as long as the process.
     *
     * @throws IllegalArgumentException if there is none, or a parameter is not accepted
     */
    public Encoder encoder(EncoderRef encoder) {
        return encoders.apply(encoder);
    }

    /**
     * Number of trained weights of a network of this design.
     *
     * @throws IllegalArgumentException if the encoder is unknown or has too few layers
     */
    public long learning(NetworkDesign design) {
        if (design.isConvolutional()) return design.learningConvolutions();
        return design.fineTune().frozen()
                ? design.learningHead(encoder(design.encoder()).dimensions())
                : design.learning(bases.apply(design.encoder()).shape());
    }

    /**
     * Features of an example, as the encoder of a network of this design returns them.
     *
     * @throws IllegalArgumentException if the encoder is unknown
     */
    public int width(NetworkDesign design) {
        if (design.isConvolutional()) return design.convolutions().features();
        return design.fineTune().frozen()
                ? encoder(design.encoder()).dimensions()
                : bases.apply(design.encoder()).shape().width();
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
            Encoder encoder = encoder(design.encoder());
            return predicting(
                    FrozenNetwork.fresh(
                            encoder, head(design.head(encoder.dimensions()), seed, zeroInit)));
        }
        if (design.isConvolutional()) {
            String name = design.encoder().name();
            ConvShape shape = design.convolutions();
            Head head = head(design.head(shape.features()), seed, zeroInit);
            return closingOnError(
                    head, () -> ConvNetwork.fresh(name, shape, tune, head, seed, device));
        }
        TransformerBase base = bases.apply(design.encoder());
        Head head = head(design.head(base.shape().width()), seed, zeroInit);
        return closingOnError(head, () -> FineTunedNetwork.fresh(base, tune, head, seed, device));
    }

    /**
     * An untrained network that starts from the weights of another one: layers of the same name and
     * shape are taken, the others are as in {@link #fresh}.
     *
     * @param weights result of {@link Network#write}, of a network with the same encoder
     * @throws MalformedCheckpointException if they contain no network, or weights that are not
     *     finite
     * @throws IllegalArgumentException if the two have no layer in common
     */
    public Network<?> fresh(NetworkDesign design, long seed, boolean zeroInit, byte[] weights) {
        SafeTensors other = SafeTensors.read(weights);
        try (Network<?> fresh = fresh(design, seed, zeroInit)) {
            SafeTensors own = SafeTensors.read(fresh.write(Map.of()));
            if (SharedLayers.names(SharedLayers.shapes(own), SharedLayers.shapes(other)).isEmpty())
                throw new IllegalArgumentException(
                        "found no layer with the name and shape of one of its own, expected some"
                                + " of "
                                + own.tensors().keySet());
            return read(SharedLayers.mix(own, other), design);
        }
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
    public Network<?> read(byte[] weights, EncoderRef encoder) {
        SafeTensors file = SafeTensors.read(weights);
        HeadShape head = HeadShape.read(file);
        return read(
                file,
                new NetworkDesign(
                        encoder,
                        head.kind(),
                        head.hidden(),
                        head.classes(),
                        FineTunedNetwork.tune(file)));
    }

    private Network<?> read(SafeTensors file, NetworkDesign design) {
        FineTune tune = design.fineTune();
        if (tune.frozen()) {
            Encoder encoder = encoder(design.encoder());
            design.head(encoder.dimensions()).require(HeadShape.read(file));
            Head head = Head.read(file, device);
            return closingOnError(head, () -> FrozenNetwork.read(file, encoder, head));
        }
        if (design.isConvolutional()) {
            String name = design.encoder().name();
            ConvShape shape = design.convolutions();
            design.head(shape.features()).require(HeadShape.read(file));
            Head head = Head.read(file, device);
            return closingOnError(head, () -> ConvNetwork.read(file, name, shape, head, device));
        }
        TransformerBase base = bases.apply(design.encoder());
        design.head(base.shape().width()).require(HeadShape.read(file));
        Head head = Head.read(file, device);
        return closingOnError(head, () -> FineTunedNetwork.read(file, base, tune, head, device));
    }

    private Head head(HeadShape shape, long seed, boolean zeroInit) {
        return zeroInit ? Head.zero(shape, device) : Head.uniform(shape, seed, device);
    }

    /** The network itself, or of a head that scores options the one that predicts choices. */
    private static <I> Network<?> predicting(LogitNetwork<I> network) {
        return network.head().ofChoice() ? new ChoiceNetwork<>(network) : network;
    }

    private static Network<?> closingOnError(Head head, Supplier<LogitNetwork<?>> network) {
        try {
            return predicting(network.get());
        } catch (RuntimeException e) {
            head.close();
            throw e;
        }
    }
}
