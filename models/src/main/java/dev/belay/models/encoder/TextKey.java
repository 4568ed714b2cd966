package dev.belay.models.encoder;

import dev.belay.models.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** First 16 bytes of a text's SHA-256: names a text in caches. */
record TextKey(long high, long low) {
    static final int BYTES = 16;

    static TextKey of(String text) {
        ByteBuffer hash = ByteBuffer.wrap(Sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
        return new TextKey(hash.getLong(), hash.getLong());
    }
}
