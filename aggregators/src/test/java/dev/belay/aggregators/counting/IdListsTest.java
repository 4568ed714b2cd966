package dev.belay.aggregators.counting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.belay.schemas.BlockColumns;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IdListsTest {
    private final IdLists rosters = new IdLists();

    @Test
    void aRosterIsFoundWhereItsIdsAre() {
        // Given
        byte[] ids = ids(IntStream.range(0, 200).mapToObj(i -> "id-" + i).toList());
        IdList roster = new IdList(new BlockColumns.Ids(ids, 0, ids.length, 200));
        rosters.add(roster);
        // When they are somewhere in other bytes
        byte[] bytes = new byte[ids.length + 20];
        System.arraycopy(ids, 0, bytes, 7, ids.length);
        BlockColumns.Ids found = rosters.find(bytes, 7, 200);
        // Then
        assertNotNull(found);
        assertEquals(roster.ids(), found);
        assertSame(roster, rosters.of(found));
    }

    @Test
    void whatDiffersInOneByteIsAnother() {
        byte[] ids = ids(IntStream.range(0, 200).mapToObj(i -> "id-" + i).toList());
        rosters.add(new IdList(new BlockColumns.Ids(ids, 0, ids.length, 200)));
        byte[] other = ids.clone();
        other[other.length - 1]++;

        assertNull(rosters.find(other, 0, 200));
        assertNull(rosters.find(ids, 0, 199));
        assertNull(rosters.of(new BlockColumns.Ids(other, 0, other.length, 200)));
    }

    @Test
    void rowsThatComeAloneAreToldApart() {
        byte[] a = ids(List.of("id-a"));
        byte[] b = ids(List.of("id-b"));
        IdList first = new IdList(new BlockColumns.Ids(a, 0, a.length, 1));
        IdList second = new IdList(new BlockColumns.Ids(b, 0, b.length, 1));
        rosters.add(first);
        rosters.add(second);

        assertEquals(first.ids(), rosters.find(a, 0, 1));
        assertEquals(second.ids(), rosters.find(b, 0, 1));
    }

    @Test
    void bytesThatEndTooSoonHoldNone() {
        byte[] ids = ids(List.of("a", "b"));
        rosters.add(new IdList(new BlockColumns.Ids(ids, 0, ids.length, 2)));

        assertNull(rosters.find(new byte[] {2, 'a', 2}, 0, 2));
        assertNull(rosters.find(new byte[0], 0, 2));
        assertNull(rosters.find(new byte[] {-1}, 0, 1_000));
    }

    private static byte[] ids(List<String> ids) {
        return AvroIds.of(ids).bytes();
    }
}
