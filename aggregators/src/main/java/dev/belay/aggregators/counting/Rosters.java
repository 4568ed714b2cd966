package dev.belay.aggregators.counting;

import dev.belay.schemas.BlockColumns;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The rosters seen of late, found by a checksum over the bytes of their ids and compared byte by
 * byte: tens of times faster than to look up a thousand ids. At most 32 MiB of ids, the least
 * recently used go.
 */
public final class Rosters {
    private static final long MOST_BYTES = 32L << 20;

    private final Map<Long, Roster> recent = new LinkedHashMap<>(64, 0.75f, true);
    private long bytes;

    /** The roster with these ids; null if it has not been seen. */
    public @Nullable Roster find(BlockColumns.Ids ids) {
        Roster found = recent.get(checksum(ids));
        return found != null && found.holds(ids) ? found : null;
    }

    /** Remembers a roster. */
    public void add(Roster roster) {
        Roster before = recent.put(checksum(roster.ids()), roster);
        bytes += roster.bytes() - (before == null ? 0 : before.bytes());
        var eldest = recent.entrySet().iterator();
        while (bytes > MOST_BYTES && recent.size() > 1) {
            bytes -= eldest.next().getValue().bytes();
            eldest.remove();
        }
    }

    private static long checksum(BlockColumns.Ids ids) {
        var crc = new CRC32C();
        crc.update(ids.bytes(), ids.from(), ids.to() - ids.from());
        return crc.getValue() << 32 | ids.count();
    }
}
