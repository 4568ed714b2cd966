package dev.belay.cli.report.results;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.schemas.events.HeadKind;
import dev.belay.schemas.events.LabelerSpec;
import dev.belay.schemas.events.Method;
import dev.belay.schemas.events.ModelSpec;
import dev.belay.trainers.methods.Methods;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The models of {@code summary.json}, one entry a name: what sets them apart, so that readers need
 * not guess it from names. Seeds share all of it; {@code examples} is the budget, 0 = endless.
 */
final class ModelJson {
    private ModelJson() {}

    static void put(ArrayNode models, RunResults results) {
        Set<String> names = new HashSet<>();
        for (ModelSpec spec : results.specs()) {
            if (names.add(spec.getModel())) {
                put(models.addObject(), spec, results);
            }
        }
    }

    private static void put(ObjectNode json, ModelSpec spec, RunResults results) {
        String ceiling = spec.getCeiling();
        json.put("model", spec.getModel());
        json.put("supervisor", results.name(spec.getSupervisor()));
        LabelerSpec labeler = results.labeler(spec.getSupervisor());
        if (labeler != null) {
            json.put("supervisorKind", labeler.getMethod().getName());
            ArrayNode sources = json.putArray("supervisorSources");
            labeler.getSources().forEach(source -> sources.add(results.name(source)));
        }
        json.put("ceiling", ceiling == null ? null : results.name(ceiling));
        json.put("encoder", spec.getEncoderName());
        texts(json.putObject("encoderParameters"), spec.getEncoderParameters());
        json.put("init", spec.getInit());
        json.put(
                "head",
                spec.getHead().getKind() == HeadKind.MLP
                        ? "mlp " + spec.getHead().getHidden()
                        : "linear");
        json.put("finetune", spec.getFineTuning().getScope().name().toLowerCase(Locale.ROOT));
        json.put("parameters", spec.getParameters());
        json.put("split", spec.getSplit().name().toLowerCase(Locale.ROOT));
        json.put("share", spec.getShares() == 0 ? null : spec.getShare() + "/" + spec.getShares());
        json.put("where", spec.getWhere());
        json.put("examples", spec.getBudget());
        json.put("passes", spec.getPasses());
        method(json.putObject("loss"), Methods.lossMethod(spec));
        method(json.putObject("selector"), spec.getSelector());
        method(json.putObject("stopping"), spec.getStopping());
    }

    /** Name and the parameters that differ from the defaults, as texts. */
    private static void method(ObjectNode json, Method method) {
        json.put("kind", method.getName());
        texts(json, method.getParameters());
    }

    private static void texts(ObjectNode json, Map<String, String> values) {
        new TreeMap<>(values).forEach(json::put);
    }
}
