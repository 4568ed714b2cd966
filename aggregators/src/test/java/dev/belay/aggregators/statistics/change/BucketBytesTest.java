package dev.belay.aggregators.statistics.change;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class BucketBytesTest {

    @Test
    void bytesOfVersionOneAreReadAndWritten() {
        // version 1, 2 categories, 2 buckets: time 100, position −1, 3 and 300; 50 later, 2 further
        byte[] bytes = HexFormat.of().parseHex("010404c80101" + "06d804" + "6404" + "0002");
        Buckets buckets = BucketBytes.read(bytes, 2);

        assertEquals(2, buckets.size());
        assertEquals(100, buckets.timeMs(0));
        assertEquals(-1, buckets.position(0));
        assertEquals(303, buckets.examples(0));
        assertEquals(150, buckets.timeMs(1));
        assertEquals(1, buckets.position(1));
        assertArrayEquals(new long[] {3, 301}, buckets.totals());
        assertArrayEquals(bytes, BucketBytes.write(buckets));
    }

    @Test
    void extremesSurvive() {
        Buckets buckets = new Buckets(2);
        buckets.append(new long[] {1L << 61, 1L << 61}, Long.MIN_VALUE, Long.MAX_VALUE);
        buckets.append(new long[] {1L << 61, 0}, Long.MAX_VALUE, Long.MIN_VALUE);
        Buckets read = BucketBytes.read(BucketBytes.write(buckets), 2);

        assertArrayEquals(buckets.totals(), read.totals());
        assertEquals(Long.MIN_VALUE, read.timeMs(0));
        assertEquals(Long.MAX_VALUE, read.timeMs(1));
        assertEquals(Long.MIN_VALUE, read.position(1));
        assertThrows(ArithmeticException.class, () -> read.append(new long[] {0, 1L << 61}, 0, 0));
    }

    @Test
    void whatIsWrongIsNamed() {
        Buckets buckets = new Buckets(3);
        buckets.append(new long[] {1, 0, 2}, 5, 6);
        buckets.append(new long[] {0, 300, 2}, 7, 8);
        byte[] bytes = BucketBytes.write(buckets);
        for (int length = 0; length < bytes.length; length++) {
            byte[] truncated = Arrays.copyOf(bytes, length);
            assertError("truncated: " + length + " bytes", truncated, 3);
        }
        assertError("3 categories, expected 2", bytes, 2);
        assertError("1 bytes after the last bucket", Arrays.copyOf(bytes, bytes.length + 1), 3);
        byte[] newer = bytes.clone();
        newer[0] = 2;
        assertError("version 2, expected 1", newer, 3);
        assertError("the count -1 in bucket 0", new byte[] {1, 4, 2, 0, 0, 1, 0}, 2);
        assertError("0 buckets with examples of 1", new byte[] {1, 4, 2, 0, 0, 0, 0}, 2);
        byte[] endless = new byte[20];
        Arrays.fill(endless, (byte) 0x81);
        endless[0] = 1;
        assertError("more than 10 bytes", endless, 2);
    }

    @Test
    void aMillionExamplesTakeAFewHundredBuckets() {
        Draws draws = new Draws(1);
        Buckets buckets = new Buckets(2);
        for (int n = 0; n < 1_000_000; n++) {
            buckets.append(draws.batch(Draws.rate(.1), 1), 1_700_000_000_000L + 50L * n, n);
            buckets.compact();
        }
        int bytes = BucketBytes.write(buckets).length;
        System.out.printf("%d buckets, %d bytes%n", buckets.size(), bytes);

        assertTrue(buckets.size() < 200, buckets.size() + " buckets");
        assertTrue(bytes < 2500, bytes + " bytes");
    }

    private static void assertError(String expected, byte[] bytes, int categories) {
        var e =
                assertThrows(
                        IllegalArgumentException.class, () -> BucketBytes.read(bytes, categories));
        assertTrue(String.valueOf(e.getMessage()).contains(expected), e.getMessage());
    }
}
