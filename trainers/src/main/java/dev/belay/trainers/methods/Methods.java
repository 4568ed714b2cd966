package dev.belay.trainers.methods;

import dev.belay.models.encoder.Encoders;
import dev.belay.models.loss.Batch;
import dev.belay.models.loss.BatchLoss;
import dev.belay.models.loss.LossFunction;
import dev.belay.models.loss.Window;
import dev.belay.models.optimizer.Adam;
import dev.belay.plugins.Configured;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Plugin;
import dev.belay.plugins.Plugins;
import dev.belay.schemas.Distributions;
import dev.belay.schemas.events.FineTuning;
import dev.belay.schemas.events.FineTuningScope;
import dev.belay.schemas.events.Loss;
import dev.belay.schemas.events.LossKind;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.trainers.methods.ExampleSelector.Candidates;
import dev.belay.trainers.methods.ExampleSelector.Selection;
import dev.belay.trainers.methods.StoppingRule.Decision;
import dev.belay.trainers.methods.StoppingRule.Observation;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The methods of a model, as its spec names them.
 *
 * <p>Release 0.1 wrote a loss as the record {@link Loss}: a kind and one field per parameter. A
 * loss that the record can express is still written so: its name is a kind, and its parameters are
 * fields ({@code warm-up} is {@code warmUp}) with numbers or flags. All others are written as
 * {@code lossMethod}.
 */
public record Methods(
        Configured<LossFunction> loss,
        Configured<ExampleSelector> selector,
        Configured<StoppingRule> stopping) {
    /** Defaults of models that name no method. */
    public static final String DEFAULT_LOSS = "cross-entropy";

    public static final String DEFAULT_SELECTOR = "all";
    public static final String DEFAULT_STOPPING = "budget";

    private static final Pattern PLAIN = Pattern.compile("true|false|[-+.0-9E]+");
    private static final Pattern DASH = Pattern.compile("-([a-z])");

    /**
     * @throws IllegalArgumentException if a method is not installed in this process, has another
     *     version than in the spec, or rejects its parameters or the model
     */
    public static Methods of(ModelSpec spec) {
        var methods =
                new Methods(
                        loss(spec),
                        configured(ExampleSelector.class, spec.getSelector()),
                        configured(StoppingRule.class, spec.getStopping()));
        methods.requireFit(spec.getFineTuning());
        Map<String, Integer> versions = methods.versions(spec.getEncoderName());
        if (!versions.equals(spec.getVersions()))
            throw new IllegalArgumentException(
                    spec.getId()
                            + " needs the versions "
                            + new TreeMap<>(spec.getVersions())
                            + " of its methods, this process has "
                            + versions
                            + " (those above 1); expected the same: a corrected method needs a new"
                            + " run");
        return methods;
    }

    /** The loss of a spec, whose other methods need not be installed. */
    public static Configured<LossFunction> loss(ModelSpec spec) {
        return configured(LossFunction.class, lossMethod(spec));
    }

    /**
     * @throws IllegalArgumentException if a method does not fit a model with this fine-tuning
     */
    public void requireFit(FineTuning tuning) {
        if (selector.plugin().usesFeatures() && tuning.getScope() != FineTuningScope.HEAD)
            throw new IllegalArgumentException(
                    "selector '%s' compares features of a frozen encoder, expected 'finetune: head'"
                            .formatted(selector.plugin().name()));
    }

    /**
     * The most numbers that the states of a spec's selector and stopping rule have.
     *
     * @param features of an example
     */
    public static long stateSize(ModelSpec spec, int features) {
        var selector = configured(ExampleSelector.class, spec.getSelector());
        var stopping = configured(StoppingRule.class, spec.getStopping());
        return selector.plugin().stateSize(features, selector.parameters())
                + stopping.plugin().stateSize(stopping.parameters());
    }

    /** Name and parameters of a spec's loss; that of {@code lossMethod} need not be installed. */
    public static Method lossMethod(ModelSpec spec) {
        if (spec.getLossMethod() != null) return spec.getLossMethod();
        Loss record = spec.getLoss();
        String name = record.getKind().name().toLowerCase(Locale.ROOT).replace('_', '-');
        var parameters = new TreeMap<String, String>();
        for (Parameter parameter : Plugins.get(LossFunction.class, name).parameters()) {
            Schema.Field field = field(parameter.name());
            if (field != null)
                parameters.put(parameter.name(), String.valueOf(record.get(field.pos())));
        }
        return method(Configured.of(LossFunction.class, name, parameters));
    }

    /**
     * Number of earlier examples that the loss uses.
     *
     * @param classes of the task; 0: choice
     */
    public int window(int classes) {
        return loss.plugin().window(classes, loss.parameters());
    }

    public BatchLoss loss(Batch batch, Window window) {
        return loss.plugin().of(batch, window, loss.parameters());
    }

    /**
     * @throws IllegalStateException if the selector does not return one weight in [0, 1] per
     *     example
     */
    public Selection select(Candidates candidates, double[] state) {
        Selection selection = selector.plugin().select(candidates, state, selector.parameters());
        float[] weights = selection.weights();
        boolean good = weights.length == candidates.labels().length;
        for (float weight : weights) good &= weight >= 0 && weight <= 1;
        if (!good)
            throw new IllegalStateException(
                    "selector '"
                            + selector.plugin().name()
                            + "' returned the weights "
                            + Arrays.toString(weights)
                            + ", expected "
                            + candidates.labels().length
                            + " in [0, 1]");
        float[][] labels = selection.labels();
        if (labels != null) {
            boolean same = labels.length == weights.length;
            for (int i = 0; same && i < labels.length; i++)
                same = Distributions.problem(labels[i], candidates.labels()[i].length) == null;
            if (!same)
                throw new IllegalStateException(
                        "selector '%s' returned labels that are no distributions of the shape of the candidates'"
                                .formatted(selector.plugin().name()));
        }
        return selection;
    }

    public Decision decide(Observation observation, double[] state) {
        return stopping.plugin().decide(observation, state, stopping.parameters());
    }

    /** Writes these methods and the versions of all methods into a spec that names its encoder. */
    public void writeTo(ModelSpec.Builder spec) {
        Loss record = record(loss);
        spec.setLoss(
                record == null
                        ? Loss.newBuilder().setKind(LossKind.CROSS_ENTROPY).build()
                        : record);
        spec.setLossMethod(record == null ? method(loss) : null);
        spec.setSelector(method(selector));
        spec.setStopping(method(stopping));
        spec.setVersions(versions(spec.getEncoderName()));
    }

    /** Semantics versions above 1, by kind of method. */
    private SortedMap<String, Integer> versions(String encoder) {
        var versions = new TreeMap<String, Integer>();
        versions.put("loss", loss.plugin().version());
        versions.put("encoder", Encoders.version(encoder));
        versions.put("optimizer", Adam.VERSION);
        versions.put("selector", selector.plugin().version());
        versions.put("stopping", stopping.plugin().version());
        versions.values().removeIf(version -> version == 1);
        return versions;
    }

    private static <T extends Plugin> Configured<T> configured(Class<T> type, Method method) {
        return Configured.of(type, method.getName(), method.getParameters());
    }

    private static Method method(Configured<?> method) {
        return new Method(method.plugin().name(), method.parameters().differing());
    }

    /** A loss in the format of release 0.1; null if that can't express it. */
    private static @Nullable Loss record(Configured<LossFunction> loss) {
        String name = loss.plugin().name().toUpperCase(Locale.ROOT).replace('-', '_');
        if (Arrays.stream(LossKind.values()).noneMatch(kind -> kind.name().equals(name)))
            return null;
        Loss record = Loss.newBuilder().setKind(LossKind.valueOf(name)).build();
        for (Parameter parameter : loss.plugin().parameters()) {
            String value = loss.parameters().text(parameter.name());
            Schema.Field field = field(parameter.name());
            if (field != null && isPlain(value))
                record.put(field.pos(), value(field.schema(), value));
            else if (!value.equals(parameter.defaultValue())) return null;
        }
        return record;
    }

    private static Schema.@Nullable Field field(String parameter) {
        String name = DASH.matcher(parameter).replaceAll(m -> m.group(1).toUpperCase(Locale.ROOT));
        return Loss.getClassSchema().getField(name);
    }

    /** Whether it is a number or a flag, not a word or a schedule. */
    private static boolean isPlain(String value) {
        return PLAIN.matcher(value).matches();
    }

    private static Object value(Schema schema, String text) {
        return switch (schema.getType()) {
            case BOOLEAN -> Boolean.valueOf(text);
            case DOUBLE -> Double.valueOf(text);
            case LONG -> Long.valueOf(text);
            default -> throw new IllegalStateException("no parameter has the type " + schema);
        };
    }
}
