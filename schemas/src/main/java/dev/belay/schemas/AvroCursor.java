package dev.belay.schemas;

import java.nio.charset.StandardCharsets;

/**
 * Reads Avro's varints, lengths and arrays from bytes. An array must be written in one block.
 *
 * <p>Malformed content is an IllegalArgumentException, IndexOutOfBoundsException or
 * ArithmeticException.
 */
final class AvroCursor {
    final byte[] bytes;
    int at;

    AvroCursor(byte[] bytes, int at) {
        this.bytes = bytes;
        this.at = at;
    }

    /** A zigzag varint. */
    long number() {
        long raw = 0;
        int shift = 0;
        byte b;
        do {
            if (shift > 63) {
                throw new IllegalArgumentException("a varint of more than ten bytes");
            }
            b = bytes[at++];
            raw |= (b & 0x7FL) << shift;
            shift += 7;
        } while (b < 0);
        return (raw >>> 1) ^ -(raw & 1);
    }

    /** A length that fits into what is left. */
    int length() {
        int first = bytes[at];
        if (first >= 0 && (first & 1) == 0 && first >>> 1 < bytes.length - at) {
            at++; // nearly all ids are shorter than 64 bytes
            return first >>> 1;
        }
        long length = number();
        if (length < 0 || length > bytes.length - at) {
            throw new IllegalArgumentException("length " + length);
        }
        return (int) length;
    }

    String text() {
        int length = length();
        at += length;
        return new String(bytes, at - length, length, StandardCharsets.UTF_8);
    }

    /** Number of an array's items, each of which takes at least so many bytes. */
    int items(int bytesEach) {
        long items = number();
        if (items < 0 || items > (bytes.length - at) / bytesEach) {
            throw new IllegalArgumentException(items + " items");
        }
        return (int) items;
    }

    void endOfItems(int items) {
        if (items > 0 && bytes[at++] != 0) {
            throw new IllegalArgumentException("an array in several blocks");
        }
    }

    int[] ints() {
        int[] all = new int[items(1)];
        for (int i = 0; i < all.length; i++) {
            all[i] = Math.toIntExact(number());
        }
        endOfItems(all.length);
        return all.length == 0 ? BlockColumns.NONE : all;
    }
}
