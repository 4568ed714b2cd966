package dev.belay.cli.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.belay.cli.report.SampleRun;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.ModelSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.junit.jupiter.api.Test;

class SpecHashTest {
    /** A spec as release 0.1.0 wrote it. */
    private static final Path RELEASED = Path.of("../schemas/src/test/released/0.1.0");

    private static final ModelSpec SPEC = SampleRun.spec("bow", 0, "hashing", null, 100);

    @Test
    void fieldsAddedSinceTheLastReleaseChangeNoPair() throws IOException {
        // Given: stored bytes, read by that release's schema and by this one's
        Schema then = new Schema.Parser().parse(RELEASED.resolve("ModelSpec.avsc").toFile());
        byte[] bytes = Files.readAllBytes(RELEASED.resolve("ModelSpec.bin"));
        bytes = Arrays.copyOfRange(bytes, 5, bytes.length); // behind the registry's id
        GenericRecord old =
                new GenericDatumReader<GenericRecord>(then)
                        .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
        ModelSpec now =
                new SpecificDatumReader<ModelSpec>(then, ModelSpec.getClassSchema())
                        .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
        // Then
        assertFalse(then.getFields().size() == ModelSpec.getClassSchema().getFields().size());
        assertEquals(SpecHash.pairs(old), SpecHash.pairs(now));
        assertEquals("demo/conf#0", SpecHash.pairs(now).get("id"));
        assertEquals("0.75", SpecHash.pairs(now).get("loss.alpha"));
        assertEquals(null, SpecHash.pairs(now).get("loss.warmUp")); // its default
        // this release writes the same settings as the same content
        ModelSpec written =
                ModelSpec.newBuilder(now).setRun(5).setId("demo/conf#0@5").setSpecHash("x").build();
        assertEquals(SpecHash.of(now), SpecHash.of(written));
    }

    @Test
    void hashDependsOnNeitherRunNorSizeNorHash() {
        ModelSpec other =
                ModelSpec.newBuilder(SPEC)
                        .setId(SPEC.getId().replaceFirst("@.*", "@7"))
                        .setRun(7)
                        .setParameters(12L)
                        .setSpecHash("other")
                        .build();
        assertEquals(SpecHash.of(SPEC), SpecHash.of(other));
    }

    @Test
    void everySettingChangesTheHash() {
        var loss = new Method("sharp", Map.of("power", "2.0"));
        List<ModelSpec> specs =
                List.of(
                        SPEC,
                        ModelSpec.newBuilder(SPEC).setSeed(9).build(),
                        ModelSpec.newBuilder(SPEC).setClasses(List.of("a", "b", "c")).build(),
                        ModelSpec.newBuilder(SPEC).setPasses(3).build(),
                        ModelSpec.newBuilder(SPEC)
                                .setLoss(new Loss(LossKind.CONFIDENCE, false, .5, .2, 1000L))
                                .build(),
                        ModelSpec.newBuilder(SPEC)
                                .setLoss(new Loss(LossKind.CONFIDENCE, false, .75, .2, 1000L))
                                .build(),
                        ModelSpec.newBuilder(SPEC).setLossMethod(loss).build(),
                        ModelSpec.newBuilder(SPEC)
                                .setLossMethod(new Method("sharp", Map.of("power", "3.0")))
                                .build(),
                        ModelSpec.newBuilder(SPEC).setSelector(loss).build(),
                        ModelSpec.newBuilder(SPEC)
                                .setSelector(new Method("all", Map.of("power", "2.0")))
                                .build(),
                        ModelSpec.newBuilder(SPEC).setStopping(loss).build(),
                        ModelSpec.newBuilder(SPEC).setEncoderParameters(Map.of("a", "b")).build(),
                        ModelSpec.newBuilder(SPEC).setVersions(Map.of("loss", 2)).build(),
                        ModelSpec.newBuilder(SPEC).setVersions(Map.of("encoder", 2)).build());
        var hashes = new HashSet<String>();
        for (ModelSpec spec : specs) hashes.add(SpecHash.of(spec));
        assertEquals(specs.size(), hashes.size());
    }

    @Test
    void pairsHoldNoDefault() {
        assertEquals(null, SpecHash.pairs(SPEC).get("selector.name"));
        assertEquals(null, SpecHash.pairs(SPEC).get("taskKind"));
        assertNotEquals(null, SpecHash.pairs(SPEC).get("encoderName"));
    }
}
