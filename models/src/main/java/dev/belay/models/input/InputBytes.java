package dev.belay.models.input;

import com.google.common.io.ByteArrayDataOutput;
import com.google.common.io.ByteStreams;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;

/**
 * Inputs as bytes, for training states and as keys of caches. A text is its UTF-8 alone, as in
 * release 0.1; the other kinds begin with a byte that no UTF-8 contains. Content has its bytes if
 * they are inline.
 */
public final class InputBytes {
    private static final byte PARTS = (byte) 0xff;
    private static final byte VECTOR = (byte) 0xfe;
    private static final byte CONTENT = (byte) 0xfd;
    private static final byte CHOICE = (byte) 0xfc;

    private InputBytes() {}

    public static byte[] write(Input input) {
        if (input instanceof Input.Text text) return text.text().getBytes(StandardCharsets.UTF_8);
        ByteArrayDataOutput out = ByteStreams.newDataOutput();
        if (input instanceof Input.Parts parts) {
            out.write(PARTS);
            for (Input.Part part : parts.parts()) {
                write(out, part.name());
                write(out, part.text());
            }
        } else if (input instanceof Input.Vector vector) {
            out.write(VECTOR);
            for (float feature : vector.features()) out.writeFloat(feature);
        } else if (input instanceof Input.Content content) {
            out.write(CONTENT);
            write(out, content.mediaType());
            write(out, content.sha256());
            write(out, content.uri() == null ? "" : content.uri());
            if (content.bytes() != null) {
                out.writeInt(content.bytes().length);
                out.write(content.bytes());
            }
        } else if (input instanceof Input.Choice choice) {
            out.write(CHOICE);
            write(out, write(choice.prompt()));
            for (Input option : choice.options()) write(out, write(option));
        }
        return out.toByteArray();
    }

    /**
     * The input that {@link #write} wrote.
     *
     * @throws IllegalArgumentException if the bytes are no input
     */
    public static Input read(byte[] bytes) {
        byte kind = bytes.length == 0 ? 0 : bytes[0];
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (kind == VECTOR) {
            if ((bytes.length - 1) % Float.BYTES != 0)
                throw new IllegalArgumentException(
                        "found a vector of " + (bytes.length - 1) + " bytes, expected float32s");
            float[] features = new float[(bytes.length - 1) / Float.BYTES];
            in.position(1).asFloatBuffer().get(features);
            return new Input.Vector(features);
        }
        if (kind == CHOICE) {
            in.position(1);
            Input prompt = read(field(in));
            var options = new ArrayList<Input>();
            while (in.hasRemaining()) options.add(read(field(in)));
            return new Input.Choice(prompt, options);
        }
        if (kind != PARTS && kind != CONTENT)
            return Input.of(new String(bytes, StandardCharsets.UTF_8));
        in.position(1);
        if (kind == CONTENT) {
            String mediaType = string(in);
            String sha256 = string(in);
            String uri = string(in);
            byte[] inline = in.hasRemaining() ? field(in) : null;
            return new Input.Content(mediaType, inline, uri.isEmpty() ? null : uri, sha256);
        }
        var strings = new ArrayList<String>();
        while (in.hasRemaining()) strings.add(string(in));
        if (strings.size() % 2 != 0)
            throw new IllegalArgumentException(
                    "found an input of " + strings.size() + " strings, expected all its fields");
        var parts = new ArrayList<Input.Part>();
        for (int i = 0; i < strings.size(); i += 2)
            parts.add(new Input.Part(strings.get(i), strings.get(i + 1)));
        return new Input.Parts(parts);
    }

    private static void write(ByteArrayDataOutput out, String text) {
        write(out, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(ByteArrayDataOutput out, byte[] bytes) {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String string(ByteBuffer in) {
        return new String(field(in), StandardCharsets.UTF_8);
    }

    private static byte[] field(ByteBuffer in) {
        int length = in.remaining() < Integer.BYTES ? -1 : in.getInt();
        if (length < 0 || length > in.remaining())
            throw new IllegalArgumentException(
                    "found an input that ends within a string, expected all its bytes");
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
