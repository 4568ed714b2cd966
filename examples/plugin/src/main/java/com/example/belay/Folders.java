package com.example.belay;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import dev.belay.producers.source.DataConfig.Fields;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.RowSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ObjLongConsumer;
import java.util.stream.Stream;

/**
 * A text file for each class, named as the class: {@code animal.txt}, {@code tool.txt}. Each line
 * that is not blank is an example with the columns {@code id} ({@code animal-3}: line 3 of {@code
 * animal.txt}), {@code text} and {@code label}.
 */
public final class Folders implements RowSource {
    private static final String ENDING = ".txt";

    @Override
    public String name() {
        return "folder";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.file("path", "The folder with the files."));
    }

    @Override
    public String title(Parameters parameters) {
        return parameters.text("path");
    }

    @Override
    public String read(Parameters parameters, Fields fields, ObjLongConsumer<ObjectNode> rows) {
        Hasher content = Hashing.sha256().newHasher();
        long row = 0;
        for (Path file : files(title(parameters))) {
            String label = file.getFileName().toString().replace(ENDING, "");
            List<String> lines = lines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).isBlank()) continue;
                ObjectNode cells = JsonNodeFactory.instance.objectNode();
                cells.put("id", label + "-" + (i + 1)).put("text", lines.get(i)).put("label", label);
                content.putUnencodedChars(cells + "\n");
                rows.accept(cells, ++row);
            }
        }
        return content.hash().toString();
    }

    private static List<Path> files(String folder) {
        try (Stream<Path> all = Files.list(Path.of(folder))) {
            return all.filter(file -> file.toString().endsWith(ENDING)).sorted().toList();
        } catch (IOException e) {
            throw DataException.at(
                    folder, 0, "no folder (" + e + ")", "a folder with files CLASS" + ENDING,
                    "Name another one in data.source.", e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw DataException.at(
                    file.toString(), 0, e.toString(), "UTF-8 text", "Convert the file.", e);
        }
    }
}
