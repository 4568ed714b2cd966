package dev.belay.aggregators.counting;

import dev.belay.schemas.BlockColumns;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Ids as Avro writes them. */
final class AvroIds {
    private AvroIds() {}

    /**
     * @param ids each of fewer than 64 bytes, so that its length takes one
     */
    static BlockColumns.Ids of(List<String> ids) {
        var out = new ByteArrayOutputStream();
        for (String id : ids) {
            byte[] utf8 = id.getBytes(StandardCharsets.UTF_8);
            out.write(2 * utf8.length); // zigzag
            out.writeBytes(utf8);
        }
        return new BlockColumns.Ids(out.toByteArray(), 0, out.size(), ids.size());
    }
}
