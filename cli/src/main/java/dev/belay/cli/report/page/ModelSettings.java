package dev.belay.cli.report.page;

import dev.belay.cli.report.results.Format;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.FineTuning;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.schemas.events.Optimizer;
import dev.belay.trainers.methods.Methods;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What makes each model reproducible, in words, one entry a model name (seeds share settings). */
final class ModelSettings {
    private ModelSettings() {}

    static List<Map<String, Object>> of(List<ModelSpec> specs) {
        Map<String, ModelSpec> byName = new LinkedHashMap<>();
        Map<String, String> names = new LinkedHashMap<>();
        for (ModelSpec spec : specs) {
            byName.putIfAbsent(spec.getModel(), spec);
            names.put(spec.getId(), spec.getModel());
        }
        List<Map<String, Object>> models = new ArrayList<>();
        byName.forEach(
                (name, spec) -> {
                    String supervisor = spec.getSupervisor();
                    Map<String, Object> cells = new LinkedHashMap<>();
                    cells.put("name", name);
                    cells.put("supervisor", names.getOrDefault(supervisor, supervisor));
                    boolean external = LabelerSpecs.isExternal(spec);
                    String dash = Format.size(null);
                    cells.put("encoder", external ? LabelerSpecs.EXTERNAL : encoder(spec));
                    cells.put("parameters", Format.size(spec.getParameters()));
                    cells.put("loss", external ? dash : loss(spec));
                    cells.put("data", external ? dash : data(spec));
                    cells.put("training", external ? dash : training(spec));
                    models.add(cells);
                });
        return models;
    }

    private static String encoder(ModelSpec spec) {
        return spec.getEncoderName() + " + " + head(spec) + ", " + learns(spec);
    }

    static String head(ModelSpec spec) {
        return spec.getHead().getKind() == HeadKind.MLP
                ? "MLP " + spec.getHead().getHidden()
                : "linear";
    }

    /** What of the model learns. */
    static String learns(ModelSpec spec) {
        FineTuning tuning = spec.getFineTuning();
        return switch (tuning.getScope()) {
            case HEAD -> "head learns";
            case LAST_LAYERS -> "head and last " + tuning.getLayers() + " layers learn";
            case FULL -> tuning.getEmbeddings() ? "all of it learns" : "all but embeddings learns";
        };
    }

    /** Name of the loss and its parameters that differ from the defaults. */
    static String loss(ModelSpec spec) {
        return text(Methods.lossMethod(spec));
    }

    private static String text(Method method) {
        StringBuilder text = new StringBuilder(method.getName());
        new TreeMap<>(method.getParameters())
                .forEach((name, value) -> text.append(", ").append(name).append(' ').append(value));
        return text.toString();
    }

    private static String data(ModelSpec spec) {
        String split = spec.getSplit().name().toLowerCase(Locale.ROOT);
        String budget = spec.getBudget() == 0 ? "endless" : Format.count(spec.getBudget());
        String selector = spec.getSelector().getName();
        String stopping = spec.getStopping().getName();
        return budget
                + " of split "
                + split
                + (selector.equals(Methods.DEFAULT_SELECTOR)
                        ? ""
                        : ", selector " + text(spec.getSelector()))
                + (stopping.equals(Methods.DEFAULT_STOPPING)
                        ? ""
                        : ", stopping " + text(spec.getStopping()))
                + (spec.getSupervisor().equals(ModelId.TRUTH) ? ", truth" : ", weak labels");
    }

    static String training(ModelSpec spec) {
        Optimizer optimizer = spec.getOptimizer();
        return String.format(
                Locale.ROOT,
                "micro-epoch %d, passes %d, replay %s of %s, batch %d, %s %s%s%s",
                spec.getMicroEpoch(),
                spec.getPasses(),
                spec.getReplay(),
                Format.count(spec.getReplayMemory()),
                spec.getBatchSize(),
                optimizer.getKind(),
                optimizer.getLearningRate(),
                optimizer.getWeightDecay() == 0 ? "" : ", decay " + optimizer.getWeightDecay(),
                optimizer.getRidgeC() == 0 ? "" : ", C " + optimizer.getRidgeC());
    }
}
