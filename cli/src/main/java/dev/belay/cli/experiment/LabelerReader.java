package dev.belay.cli.experiment;

import dev.belay.labelers.api.LabelerException;
import dev.belay.labelers.api.Labelers;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.ModelId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the labelers of an experiment file, each by itself. */
final class LabelerReader {
    private LabelerReader() {}

    /**
     * All labelers; none where the file has no such section.
     *
     * @param classes of the task
     */
    static List<LabelerEntry> read(@Nullable YamlValue labelers, List<String> classes) {
        List<LabelerEntry> entries = new ArrayList<>();
        if (labelers != null) {
            YamlMap map = labelers.map();
            map.values().forEach((name, value) -> entries.add(labeler(map.key(name), value.map())));
            entries.forEach(entry -> check(entry, classes));
        }
        return entries;
    }

    private static LabelerEntry labeler(YamlValue name, YamlMap map) {
        if (name.name().equals(ModelId.TRUTH)) {
            throw name.wrong("another name: truth is the labeler that knows");
        }
        YamlValue sources = map.get("sources");
        if (sources != null && sources.list().size() != 1) {
            throw sources.wrong("one labeler that it reads, such as [truth]");
        }
        Map<String, String> parameters = new TreeMap<>();
        map.values().forEach((key, value) -> parameters.put(key, value.textOrJson()));
        parameters.remove("kind");
        parameters.remove("sources");
        return new LabelerEntry(
                name.place(),
                name.text(),
                map.require("kind").text(),
                parameters,
                sources == null ? List.of() : List.of(sources.list().get(0).name()));
    }

    private static void check(LabelerEntry entry, List<String> classes) {
        try {
            Labelers.check(entry.kind(), classes, entry.parameters());
        } catch (IllegalArgumentException | LabelerException e) {
            String hint =
                    Labelers.kinds().contains(entry.kind())
                            ? ""
                            : Nearest.hint(entry.kind(), Labelers.kinds());
            throw new ExperimentException(
                    entry.place() + ": labeler '" + entry.name() + "': " + e.getMessage() + hint,
                    e);
        }
        if (entry.kind().equals(LabelerSpecs.EXTERNAL) && !entry.sources().isEmpty()) {
            throw ExperimentException.at(
                    entry.place(),
                    "sources of the external labeler '" + entry.name() + "'",
                    "no sources: Belay does not compute its labels");
        }
    }
}
