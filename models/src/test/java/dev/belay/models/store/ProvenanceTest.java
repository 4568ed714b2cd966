package dev.belay.models.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.checkpoint.MalformedCheckpointException;
import dev.belay.models.store.CheckpointStore.Kind;
import dev.belay.models.store.CheckpointStore.StoredFile;
import dev.belay.models.store.Provenance.Encoding;
import dev.belay.models.store.Provenance.Labels;
import dev.belay.models.store.Provenance.Parent;
import dev.belay.models.store.Provenance.Range;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProvenanceTest {
    private static final String MODEL = "sst2/conf#0@1";
    private static final String HASH = "ab".repeat(32);
    private static final Provenance SECOND = second();

    @TempDir Path directory;

    private static Provenance second() {
        return new Provenance(
                MODEL,
                2,
                512,
                "spec-hash",
                Provenance.spec("{\"id\": \"" + MODEL + "\", \"drawBelow\": 0.1, \"budget\": 0}"),
                0,
                new Encoding("hf:tiny", HASH),
                "sst2/bow#0@1",
                List.of(3L, 4L),
                new Labels(
                        "belay.sst2.labels.sst2.bow.0",
                        List.of(new Range(0, 130, 260), new Range(1, 126, 126))),
                new Parent(1, HASH),
                new StoredFile("file:sst2/conf.0.1/w", HASH),
                new StoredFile("file:sst2/conf.0.1/s", HASH),
                "0.1.0");
    }

    @Test
    void whatWasWrittenIsReadAgainAndGivesTheSameBytes() {
        // When
        byte[] json = SECOND.toJson();
        Provenance read = Provenance.parse(json);
        // Then
        assertEquals(SECOND, read);
        assertArrayEquals(json, read.toJson());
    }

    @Test
    void theFirstCheckpointHasNoParent() {
        String text =
                text().replaceAll("(?s)\"parent\" : \\{.*?\\}", "\"parent\" : null")
                        .replace("\"number\" : 2", "\"number\" : 1");
        assertEquals(null, parse(text).parent());
    }

    @Test
    void keysOfNewerSoftwareArePassedOver() {
        assertEquals(SECOND, parse(text().replaceFirst("\\{", "{\"novelty\": 1,")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"format\" : 1|\"format\" : 2|expected format 1",
                "\"number\" : 2,|\"number\" : 3,|the previous number",
                "\"examplesSeen\" : 512|\"examplesSeen\" : \"many\"|'examplesSeen' is \"many\"",
                "\"seed\" : 0,||'seed' is missing",
                "\"to\" : 260|\"to\" : 120|[130, 120)",
                "\"partition\" : 1|\"partition\" : 0|ascend by partition",
                "\"supervisor\" : \"sst2/bow#0@1\"|\"supervisor\" : 1|expected a text",
            })
    void whatMakesNoSenseIsRefusedWithWhatWasExpected(String found, String put, String says) {
        String altered = text().replace(found, put == null ? "" : put);
        var e = assertThrows(MalformedCheckpointException.class, () -> parse(altered));
        assertTrue(String.valueOf(e.getMessage()).contains(says), e::getMessage);
    }

    @Test
    void aHashThatIsNoneIsRefused() {
        assertThrows(MalformedCheckpointException.class, () -> parse(text().replace(HASH, "ab")));
    }

    @Test
    void aFileWithoutEndIsRefusedUnread() {
        assertThrows(
                MalformedCheckpointException.class,
                () -> Provenance.parse(new byte[Provenance.MAX_BYTES + 1]));
    }

    @Test
    void aStoreKeepsItAsJsonBesideTheWeights() {
        var store = new DirectoryStore(directory);
        StoredFile file = store.put(MODEL, 2, Kind.PROVENANCE, SECOND.toJson());
        assertEquals(
                "file:sst2/conf.0.1/00000002-provenance-" + file.sha256() + ".json", file.uri());
        assertEquals(List.of(file), store.list(MODEL));
    }

    private static String text() {
        return new String(SECOND.toJson(), StandardCharsets.UTF_8);
    }

    private static Provenance parse(String text) {
        return Provenance.parse(text.getBytes(StandardCharsets.UTF_8));
    }
}
