package dev.belay.producers.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Lines of UTF-8 text, ended by {@code \n} or {@code \r\n}, of bounded length and decoded strictly:
 * a file that is not text must not fill the memory or be misread.
 */
final class LineReader {
    static final int MAX_LINE_BYTES = 8 << 20;

    private final InputStream in;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
    private final CharsetDecoder decoder = strictUtf8();
    private long number;
    private boolean complete = true;
    private int badByte;

    LineReader(InputStream in) {
        this.in = in;
    }

    static CharsetDecoder strictUtf8() {
        return StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    /** Number of the line read last, 1-based. */
    long number() {
        return number;
    }

    /** Where in the line that is not UTF-8 its first wrong byte is, 1-based; 0 before that. */
    int badByte() {
        return badByte;
    }

    /** Whether the line read last had its line end. */
    boolean complete() {
        return complete;
    }

    /**
     * The next line without its end; null after the last.
     *
     * @throws IOException when the line is too long, is not UTF-8, or can't be read
     */
    @Nullable String next() throws IOException {
        line.reset();
        int b = in.read();
        if (b < 0) {
            return null;
        }
        while (b >= 0 && b != '\n') {
            if (line.size() == MAX_LINE_BYTES) {
                throw new IOException("a line of more than " + MAX_LINE_BYTES + " bytes");
            }
            line.write(b);
            b = in.read();
        }
        complete = b == '\n';
        String text = decode(ByteBuffer.wrap(line.toByteArray()));
        if (number == 0 && text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        number++;
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private String decode(ByteBuffer bytes) throws CharacterCodingException {
        try {
            return decoder.decode(bytes).toString();
        } catch (CharacterCodingException e) {
            badByte = bytes.position() + 1;
            throw e;
        }
    }
}
