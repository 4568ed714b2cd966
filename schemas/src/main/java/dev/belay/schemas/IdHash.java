package dev.belay.schemas;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * The hash that orders, splits and draws examples: the first 8 bytes of SHA-256 over {@code
 * purpose|id} in UTF-8, big-endian, as an unsigned number. It can be computed in any language and
 * never changes.
 */
public final class IdHash {
    private static final ThreadLocal<MessageDigest> SHA_256 =
            ThreadLocal.withInitial(
                    () -> {
                        try {
                            return MessageDigest.getInstance("SHA-256");
                        } catch (NoSuchAlgorithmException e) {
                            throw new IllegalStateException("every JDK has SHA-256", e);
                        }
                    });

    private IdHash() {}

    /** 64 bits, to be compared unsigned. */
    public static long bits(String purpose, String id) {
        byte[] digest = SHA_256.get().digest((purpose + "|" + id).getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.wrap(digest).getLong();
    }

    /** The top 53 bits as a uniform number in [0, 1). */
    public static double uniform(String purpose, String id) {
        return (bits(purpose, id) >>> 11) * 0x1.0p-53;
    }

    /**
     * What is split and drawn as a whole: an example's group, or the example itself.
     *
     * @param group null: a group of its own
     */
    public static String unit(@Nullable String group, String id) {
        return group == null ? id : group;
    }

    /**
     * Whether a model of this seed draws the examples of a unit: {@code uniform("draw:" + seed,
     * unit) < below}.
     */
    public static boolean drawn(long seed, String unit, double below) {
        return below >= 1.0 || uniform("draw:" + seed, unit) < below;
    }
}
