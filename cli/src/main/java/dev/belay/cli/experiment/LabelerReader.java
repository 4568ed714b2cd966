package dev.belay.cli.experiment;

import dev.belay.labelers.api.LabelerException;
import dev.belay.labelers.api.Labelers;
import dev.belay.plugins.Nearest;
import dev.belay.schemas.ModelId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
        Set<String> sources = new LinkedHashSet<>();
        YamlValue listed = map.get("sources");
        for (YamlValue source : listed == null ? List.<YamlValue>of() : listed.list()) {
            if (!sources.add(source.name())) {
                throw source.wrong("each labeler once");
            }
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
                List.copyOf(sources));
    }

    private static void check(LabelerEntry entry, List<String> classes) {
        try {
            Labelers.check(entry.kind(), classes, entry.parameters(), entry.sources().size());
        } catch (IllegalArgumentException | LabelerException e) {
            String hint =
                    Labelers.kinds().contains(entry.kind())
                            ? ""
                            : Nearest.hint(entry.kind(), Labelers.kinds());
            throw new ExperimentException(
                    entry.place() + ": labeler '" + entry.name() + "': " + e.getMessage() + hint,
                    e);
        }
    }
}
