package dev.belay.models.encoder;

import dev.belay.models.chess.ChessConv;
import dev.belay.models.image.ConvShape;
import dev.belay.models.input.Input;
import dev.belay.plugins.Parameters;
import dev.belay.plugins.Plugin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Convolutional networks that learn from scratch, by name. */
public final class ConvEncoders {
    /**
     * @param accepts kinds of inputs
     * @param shape from its parameters
     */
    private record Entry(
            Plugin plugin, Set<Input.Kind> accepts, Function<Parameters, ConvShape> shape) {}

    private static final Map<String, Entry> ALL = new LinkedHashMap<>();

    static {
        add(new Entry(ConvShape.PLUGIN, Set.of(Input.Kind.CONTENT), ConvShape::of));
        add(new Entry(ChessConv.PLUGIN, Set.of(Input.Kind.TEXT, Input.Kind.PARTS), ChessConv::of));
    }

    private ConvEncoders() {}

    static List<String> names() {
        return List.copyOf(ALL.keySet());
    }

    public static boolean isName(String name) {
        return ALL.containsKey(name);
    }

    static List<Plugin> plugins() {
        return ALL.values().stream().map(Entry::plugin).toList();
    }

    static Plugin plugin(String name) {
        return entry(name).plugin;
    }

    static Set<Input.Kind> accepts(String name) {
        return entry(name).accepts;
    }

    /**
     * @throws IllegalArgumentException if there is none of this name, or a parameter is not
     *     accepted
     */
    public static ConvShape shape(EncoderRef encoder) {
        Entry entry = entry(encoder.name());
        return entry.shape.apply(Parameters.of(entry.plugin, encoder.parameters()));
    }

    private static void add(Entry entry) {
        ALL.put(entry.plugin.name(), entry);
    }

    private static Entry entry(String name) {
        Entry entry = ALL.get(name);
        if (entry == null)
            throw new IllegalArgumentException(
                    "found encoder " + name + ", expected one of " + ALL.keySet());
        return entry;
    }
}
