package dev.belay.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.belay.cli.experiment.Experiment;
import dev.belay.cli.experiment.ExperimentFile;
import dev.belay.models.encoder.CachingEncoder;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.torch.Device;
import dev.belay.producers.dataset.DataSet;
import dev.belay.runtime.settings.Settings;
import dev.belay.schemas.events.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EncodingWarmUpTest {
    @TempDir Path dir;

    @Test
    void ofAChoiceEachOptionIsAnnouncedAndEncoded() throws IOException {
        // Given
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            lines.append(
                    "{\"id\":\"%1$d\",\"prompt\":\"why %1$d\",\"good\":\"a\",\"bad\":\"b\"}\n"
                            .formatted(i));
        }
        Files.writeString(dir.resolve("data.jsonl"), lines);
        Path file =
                Files.writeString(
                        dir.resolve("demo.yaml"),
                        """
                        name: demo
                        task: {kind: choice}
                        data:
                          path: data.jsonl
                          fields: {text: prompt, options: [good, bad], label: good}
                          holdout: {share: 0.2}
                        models:
                          weak: {encoder: length, supervisor: truth, split: supervisor}
                          strong: {encoder: minilm, supervisor: weak}
                          ceiling: {encoder: minilm, supervisor: truth}
                        """);
        Experiment experiment = ExperimentFile.read(file);
        Settings settings =
                Settings.of(Map.of("cache", dir.resolve("cache").toString(), "device", "cpu"));
        try (DataSet data = DataSet.open(experiment.data())) {
            // When
            new EncodingWarmUp(data, experiment.resolve(data, 4, 0, dir), settings).run();
            // Then
            long inputs =
                    2 * data.summary().of(Split.HOLDOUT).rows()
                            + 2 * data.summary().of(Split.STUDENT).rows();
            var encoder = (CachingEncoder) Encoders.open("minilm", Device.CPU, settings.cache());
            assertEquals(
                    new CachingEncoder.Counts("minilm", 0, inputs, 0, inputs, 0), encoder.counts());
        }
    }
}
