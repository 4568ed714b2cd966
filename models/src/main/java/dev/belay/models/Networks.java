package dev.belay.models;

import java.nio.file.Path;
import java.util.function.BiFunction;

/** Opens networks: fresh ones, and those that a checkpoint holds. */
public final class Networks {
    private final BiFunction<String, String, Encoder> encoders;
    private final Device device;

    /**
     * @param encoders opens a frozen encoder by its name and, of encoders from a folder, SHA-256
     * @param device where heads are trained
     */
    public Networks(BiFunction<String, String, Encoder> encoders, Device device) {
        this.encoders = encoders;
        this.device = device;
    }

    /**
     * With the encoders that {@link Encoders} knows.
     *
     * @param cacheDir where vectors are kept from run to run; made if absent
     * @param encodersDir where {@code hf:NAME} is the folder NAME; need not be there
     */
    public static Networks of(Device device, Path cacheDir, Path encodersDir) {
        return new Networks((name, sha256) -> Encoders.open(name, device, cacheDir), device);
    }

    /**
     * A frozen encoder; it stays open as long as the process.
     *
     * @throws IllegalArgumentException if the name is unknown
     */
    public Encoder encoder(String name, String sha256) {
        return encoders.apply(name, sha256);
    }

    /**
     * A network that has learned nothing.
     *
     * @param seed of the head's initialisation
     * @param zeroInit whether the head begins with zeros instead
     * @throws IllegalArgumentException if the encoder is unknown
     */
    public Network<?> fresh(Design design, long seed, boolean zeroInit) {
        Encoder encoder = encoder(design.encoder(), design.encoderSha256());
        HeadShape shape = design.head(encoder.dimensions());
        Head head = zeroInit ? Head.zero(shape, device) : Head.uniform(shape, seed, device);
        return new FrozenNetwork(encoder, head);
    }

    /**
     * Goes on with a network from the bytes that {@link Network#write} gave.
     *
     * @throws MalformedCheckpointException if they hold none, one of another design, or one with
     *     weights that are not finite
     * @throws IllegalArgumentException if the encoder is unknown
     */
    public Network<?> read(byte[] weights, Design design) {
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
                new Design(
                        encoder,
                        encoderSha256,
                        head.kind(),
                        head.hidden(),
                        head.classes(),
                        FineTune.HEAD));
    }

    private Network<?> read(SafeTensors file, Design design) {
        Encoder encoder = encoder(design.encoder(), design.encoderSha256());
        design.head(encoder.dimensions()).require(HeadShape.read(file));
        return new FrozenNetwork(encoder, Head.read(file, device));
    }
}
