package dev.belay.models.encoder;

import com.google.common.hash.Hashing;
import dev.belay.models.input.Input;
import dev.belay.models.input.InputBytes;
import java.nio.ByteBuffer;

/** First 16 bytes of the SHA-256 of an input's bytes: the key of an input in caches. */
record InputKey(long high, long low) {
    static final int BYTES = 16;

    static InputKey of(Input input) {
        ByteBuffer hash =
                ByteBuffer.wrap(Hashing.sha256().hashBytes(InputBytes.write(input)).asBytes());
        return new InputKey(hash.getLong(), hash.getLong());
    }
}
