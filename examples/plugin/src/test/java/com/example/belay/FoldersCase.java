package com.example.belay;

import dev.belay.producers.source.DataConfig.Fields;
import dev.belay.producers.source.SourceCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Two files, one with a blank line. */
public final class FoldersCase implements SourceCase {
    @Override
    public String source() {
        return "folder";
    }

    @Override
    public Map<String, String> parameters(Path dir) throws IOException {
        Files.writeString(dir.resolve("tool.txt"), "a saw\n");
        Files.writeString(dir.resolve("animal.txt"), "a cat\n\na dog\n");
        return Map.of("path", dir.toString());
    }

    @Override
    public Fields fields() {
        return Fields.defaults();
    }

    @Override
    public List<String> firstRows() {
        return List.of(
                "1 {\"id\":\"animal-1\",\"text\":\"a cat\",\"label\":\"animal\"}",
                "2 {\"id\":\"animal-3\",\"text\":\"a dog\",\"label\":\"animal\"}",
                "3 {\"id\":\"tool-1\",\"text\":\"a saw\",\"label\":\"tool\"}");
    }
}
