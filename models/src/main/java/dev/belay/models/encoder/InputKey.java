package dev.belay.models.encoder;

import dev.belay.models.Sha256;
import dev.belay.models.input.Input;
import dev.belay.models.input.InputBytes;
import java.nio.ByteBuffer;

/** First 16 bytes of the SHA-256 of an input's bytes: the key of an input in caches. */
record InputKey(long high, long low) {
    static final int BYTES = 16;

    static InputKey of(Input input) {
        ByteBuffer hash = ByteBuffer.wrap(Sha256.digest(InputBytes.write(input)));
        return new InputKey(hash.getLong(), hash.getLong());
    }
}
