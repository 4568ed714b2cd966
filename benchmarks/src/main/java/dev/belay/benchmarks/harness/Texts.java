package dev.belay.benchmarks.harness;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Generated texts: about 20 tokens on average, as spread as sentences of reviews are (a log-normal
 * number of words, between 2 and 60). All texts of one source differ, but those of {@link #any}.
 */
public final class Texts {
    private static final double MEAN_LOG_WORDS = 2.75; // e^2.75 = 16 words, the median
    private static final double SPREAD = 0.5;
    private static final int FEWEST = 2;
    private static final int MOST = 60;
    private static final String[] WORDS =
            ("the a of and to in is it that with as but for its this on film movie an story are by"
                            + " one not about you have be has from like more at his comedy characters"
                            + " good drama so their there time much even most life way funny best make"
                            + " never little new love work what if enough too director plot real humor"
                            + " performance will people no than just all or who does something bad made"
                            + " great american feels really performances screen well full between tale"
                            + " long picture action heart thriller big audience family script dialogue"
                            + " often without moving beautifully nothing quite romantic every through"
                            + " sense watching years charming hard two ultimately dull cast world"
                            + " entertaining cinema thing piece look kind sweet interesting surprisingly"
                            + " minutes worth few fun themselves human old keep emotional war powerful"
                            + " young debut compelling material visual strange predictable storytelling")
                    .split(" ");

    private final Random random;
    private final Set<String> given = new HashSet<>();

    public Texts(long seed) {
        random = new Random(seed);
    }

    /** So many texts that were not given before. */
    public List<String> next(int count) {
        List<String> texts = new ArrayList<>(count);
        while (texts.size() < count) {
            String text = text();
            if (given.add(text)) texts.add(text);
        }
        return texts;
    }

    /** So many texts of so many words, each word a token; all differ from those given before. */
    public List<String> next(int count, int words) {
        List<String> texts = new ArrayList<>(count);
        while (texts.size() < count) {
            String text = text(words);
            if (given.add(text)) texts.add(text);
        }
        return texts;
    }

    /** A text that may have been given before; none is remembered. */
    public String any() {
        return text();
    }

    private String text() {
        double words = Math.exp(MEAN_LOG_WORDS + SPREAD * random.nextGaussian());
        return text((int) Math.max(FEWEST, Math.min(MOST, Math.round(words))));
    }

    private String text(int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            if (i > 0) text.append(' ');
            text.append(WORDS[random.nextInt(WORDS.length)]);
        }
        return text.toString();
    }
}
