package dev.belay.models.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The words of a text and their hashes: the same on every machine, JDK and version.
 *
 * <p>A word is a longest run of letters, digits, marks and underscores of Unicode 13.0 ({@link
 * UnicodeTable}, whatever the JDK's version is), in lower case. A hash is 64-bit FNV-1a over UTF-8.
 */
public final class Words {
    /** Hash of no bytes. */
    public static final long NO_HASH = 0xcbf29ce484222325L;

    private static final long FNV_PRIME = 0x100000001b3L;

    private Words() {}

    /** The lower-cased words of a text in their order, UTF-8. */
    public static List<byte[]> of(String text) {
        String lower = UnicodeTable.lowerCase(text);
        var words = new ArrayList<byte[]>();
        int start = -1;
        for (int at = 0; at < lower.length(); ) {
            int c = lower.codePointAt(at);
            boolean inWord = UnicodeTable.inWord(c);
            if (inWord && start < 0) start = at;
            if (!inWord && start >= 0) {
                words.add(lower.substring(start, at).getBytes(StandardCharsets.UTF_8));
                start = -1;
            }
            at += Character.charCount(c);
        }
        if (start >= 0) words.add(lower.substring(start).getBytes(StandardCharsets.UTF_8));
        return words;
    }

    /** Hash of the bytes of {@code hash} followed by a word. */
    public static long hash(long hash, byte[] word) {
        long extended = hash;
        for (byte b : word) extended = hash(extended, b);
        return extended;
    }

    /** Hash of the bytes of {@code hash} followed by one more. */
    public static long hash(long hash, byte next) {
        return (hash ^ (next & 0xff)) * FNV_PRIME;
    }

    /**
     * Bucket of a hash: folded by xor to 32 bits, modulo the number of buckets.
     *
     * @param buckets a power of two
     * @return in [0, buckets)
     */
    public static int bucket(long hash, int buckets) {
        return (int) (hash ^ (hash >>> 32)) & (buckets - 1);
    }
}
