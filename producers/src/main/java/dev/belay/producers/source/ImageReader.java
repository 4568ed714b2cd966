package dev.belay.producers.source;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.belay.producers.source.DataConfig.InputColumns;
import dev.belay.schemas.Images;
import dev.belay.schemas.InvalidImageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** Reads the image of a row, as PNG or JPEG bytes, and checks that it can be decoded. */
final class ImageReader {
    private static final String MEND = "Mend the row or take it out.";

    private final String file;
    private final InputColumns columns;
    private final Hasher files = Hashing.sha256().newHasher();
    private boolean anyFile;

    /**
     * @param columns that hold an image, or anything else if {@link #read} is never called
     */
    ImageReader(String file, InputColumns columns) {
        this.file = file;
        this.columns = columns;
    }

    /** SHA-256 (hex) of the files read, in their order; empty if there were none. */
    String filesHash() {
        return anyFile ? files.hash().toString() : "";
    }

    /** The image file; pixels as PNG. */
    byte[] read(Cells cells) {
        try {
            byte[] image =
                    columns instanceof InputColumns.Pixels pixels
                            ? Images.png(pixels(cells, pixels))
                            : image(cells, (InputColumns.Image) columns);
            if (image.length > Images.MAX_INLINE_BYTES) {
                throw wrong(
                        cells.line(),
                        "an image of more than " + Images.MAX_INLINE_BYTES + " bytes",
                        "at most " + Images.MAX_INLINE_BYTES,
                        "Scale it down or take the row out.");
            }
            Images.Pixels unused = Images.decode(image);
            return image;
        } catch (InvalidImageException e) {
            throw DataException.at(file, cells.line(), e.found(), e.expected(), MEND, e);
        }
    }

    private Images.Pixels pixels(Cells cells, InputColumns.Pixels columns) {
        double[] values = cells.numbers(columns.pixels());
        byte[] samples = new byte[values.length];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (byte) whole(cells.line(), "pixel " + i, values[i], 0, 255);
        }
        return new Images.Pixels(
                size(cells, columns.width()),
                size(cells, columns.height()),
                size(cells, columns.channels()),
                samples);
    }

    private int size(Cells cells, String column) {
        return whole(cells.line(), column, cells.number(column), 1, Images.MAX_PIXELS);
    }

    private int whole(long line, String what, double value, int least, int most) {
        if (value != Math.rint(value) || value < least || value > most) {
            throw wrong(
                    line,
                    what + " = " + value,
                    "a whole number from " + least + " to " + most,
                    MEND);
        }
        return (int) value;
    }

    private byte[] image(Cells cells, InputColumns.Image image) {
        String text = cells.text(image.column());
        if (!image.base64()) {
            return content(cells.line(), text);
        }
        try {
            return Base64.getMimeDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw wrong(cells.line(), "text that is not Base64", "an image in Base64", MEND);
        }
    }

    /** Of a file in the folder of the data file or below it; one byte too many if it is large. */
    private byte[] content(long line, String path) {
        try {
            Path folder = Path.of(file).toAbsolutePath().getParent();
            if (folder == null) {
                throw new IOException("the data file has no folder");
            }
            Path image = folder.resolve(path).toRealPath();
            if (!image.startsWith(folder.toRealPath())) {
                throw wrong(line, "an image at " + path, "one below the data file's folder", MEND);
            }
            try (InputStream in = Files.newInputStream(image)) {
                byte[] bytes = in.readNBytes(Images.MAX_INLINE_BYTES + 1);
                files.putInt(bytes.length).putBytes(bytes);
                anyFile = true;
                return bytes;
            }
        } catch (IOException | IllegalArgumentException e) {
            throw DataException.at(
                    file,
                    line,
                    "an image file '" + RowBuilder.abbreviate(path) + "' that can't be read: " + e,
                    "a path relative to the data file",
                    MEND,
                    e);
        }
    }

    private DataException wrong(long line, String found, String expected, String nextStep) {
        return DataException.at(file, line, found, expected, nextStep);
    }
}
