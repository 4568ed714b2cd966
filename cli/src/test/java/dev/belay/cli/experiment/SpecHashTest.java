package dev.belay.cli.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.hash.Hashing;
import dev.belay.cli.report.SampleRun;
import dev.belay.schemas.events.ModelSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.junit.jupiter.api.Test;

class SpecHashTest {
    @Test
    void sizeTakesNoPart() {
        ModelSpec spec = SampleRun.spec("naive", 0, "minilm", "bow", 256);
        ModelSpec sized = ModelSpec.newBuilder(spec).setParameters(1_000L).build();
        ModelSpec unsized = ModelSpec.newBuilder(spec).setParameters(null).build();
        assertEquals(SpecHash.of(unsized), SpecHash.of(sized));
    }

    @Test
    void hashIsTheOneThatWasTakenBeforeSizesWereKnown() throws IOException {
        // Given: the binary of a spec without its size but for the last byte, which says "null"
        ModelSpec spec =
                ModelSpec.newBuilder(SampleRun.spec("naive", 0, "minilm", "bow", 256))
                        .setParameters(null)
                        .build();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
        new SpecificDatumWriter<>(ModelSpec.class).write(spec, encoder);
        String before =
                Hashing.sha256().hashBytes(bytes.toByteArray(), 0, bytes.size() - 1).toString();
        // Then
        assertEquals(before, SpecHash.of(spec));
    }
}
