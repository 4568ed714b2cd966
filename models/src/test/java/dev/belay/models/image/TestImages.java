package dev.belay.models.image;

import com.google.common.hash.Hashing;
import dev.belay.models.Rng;
import dev.belay.models.input.Input;
import dev.belay.schemas.Images;
import dev.belay.schemas.Images.Pixels;

/** Images that tests make. */
public final class TestImages {
    private TestImages() {}

    public static Input content(byte[] bytes) {
        String sha256 = Hashing.sha256().hashBytes(bytes).toString();
        return new Input.Content("image/png", bytes, null, sha256);
    }

    /** A bar on noise: upright if the label is 1, else level; its place is random. */
    public static Input bar(int size, int label, long seed) {
        var random = new Rng(seed);
        byte[] samples = new byte[size * size];
        int place = random.nextInt(size);
        for (int i = 0; i < samples.length; i++) {
            boolean bar = (label == 1 ? i % size : i / size) == place;
            samples[i] = (byte) (random.nextInt(80) + (bar ? 150 : 0));
        }
        return content(Images.png(new Pixels(size, size, 1, samples)));
    }
}
