package dev.belay.producers.wordnet;

import dev.belay.producers.source.DataConfig.Fields;
import dev.belay.producers.source.SourceCase;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The two glosses of class 0 whose hashes are the smallest, found in data.noun by a script. */
public final class WordNetCase implements SourceCase {
    @Override
    public String source() {
        return "wordnet-physical";
    }

    @Override
    public Map<String, String> parameters(Path dir) {
        return Map.of();
    }

    @Override
    public Fields fields() {
        return new Fields("id", "text", "label", "split");
    }

    @Override
    public List<String> firstRows() {
        return List.of(
                "34806 {\"id\":\"wn31-n-06440462\",\"text\":\"editing that involves writing"
                        + " something again\",\"label\":0,\"split\":\"test\"}",
                "71834 {\"id\":\"wn31-n-13444788\",\"text\":\"erosion by friction\",\"label\":0,"
                        + "\"split\":\"test\"}");
    }
}
