package dev.belay.aggregators.counting;

import dev.belay.schemas.BlockColumns;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Cache of id lists, found by a checksum over their first ids and compared byte by byte: tens of
 * times faster than looking up a thousand ids. Holds at most 32 MiB of ids and evicts the least
 * recently used; of lists with the same beginning it keeps the last.
 */
public final class IdLists implements BlockColumns.KnownIds {
    private static final long MOST_BYTES = 32L << 20;
    private static final int CHECKED_BYTES = 64;

    private final Map<Long, IdList> recent = new LinkedHashMap<>(64, 0.75f, true);
    private @Nullable IdList found;
    private long bytes;

    /** The ids of the list found; {@link #of} returns the list. */
    @Override
    public BlockColumns.@Nullable Ids find(byte[] in, int from, int count) {
        IdList roster = recent.get(checksum(in, from, count));
        if (roster == null || !roster.isAt(in, from, count)) {
            return null;
        }
        found = roster;
        return roster.ids();
    }

    /** The list whose ids were {@link #find found} last, if these are its ids. */
    public @Nullable IdList of(BlockColumns.Ids ids) {
        return found != null && found.ids().equals(ids) ? found : null;
    }

    /** Adds a list. */
    public void add(IdList roster) {
        BlockColumns.Ids ids = roster.ids();
        IdList before = recent.put(checksum(ids.bytes(), ids.from(), ids.count()), roster);
        bytes += roster.bytes() - (before == null ? 0 : before.bytes());
        var eldest = recent.entrySet().iterator();
        while (bytes > MOST_BYTES && recent.size() > 1) {
            bytes -= eldest.next().getValue().bytes();
            eldest.remove();
        }
    }

    /** Checksum over the first id, and more bytes if it is short; an id takes at least one byte. */
    private static long checksum(byte[] in, int from, int count) {
        int first = from < in.length ? 1 + Math.max(0, in[from] >> 1) : 0;
        int checked = Math.max(Math.min(count, CHECKED_BYTES), first);
        var crc = new CRC32C();
        crc.update(in, from, Math.min(checked, in.length - from));
        return crc.getValue() << 32 | count;
    }
}
