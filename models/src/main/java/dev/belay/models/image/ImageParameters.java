package dev.belay.models.image;

import dev.belay.plugins.Parameter;
import java.util.List;

/** Parameters of encoders that see all images in one size. */
public final class ImageParameters {
    public static final Parameter SIZE =
            Parameter.integer("size", 32, 1, 256, "Images are stretched to size x size pixels.");
    public static final Parameter CHANNELS =
            Parameter.choice("channels", "3", List.of("1", "3"), "1: gray, 3: RGB.");

    private ImageParameters() {}
}
