package dev.belay.cli.results;

import com.fasterxml.jackson.databind.JsonNode;
import dev.belay.models.encoder.Encoders;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A student of a summary, over its seeds.
 *
 * @param model its name
 * @param encoder its encoder with the parameters that differ from their defaults, and whether it
 *     starts from another model's weights
 * @param method loss, selector and stopping rule in words, as far as they are not the defaults
 * @param parameters weights; null where not known
 * @param seeds how many
 * @param accuracy median over seeds; null where undefined
 * @param pgr mean gain / mean gap over seeds with its two-level interval; of one seed its PGR with
 *     Fieller's
 * @param wrong agreement with its supervisor where that is wrong, median over seeds
 */
record Student(
        String model,
        String encoder,
        String method,
        @Nullable Long parameters,
        int seeds,
        @Nullable Double accuracy,
        Pgr pgr,
        @Nullable Double wrong) {

    /**
     * @param value null: undefined for the reason {@code undefined}
     */
    record Pgr(
            @Nullable Double value,
            @Nullable Double low,
            @Nullable Double high,
            String undefined) {}

    /** Naive: learns the labels as they are. */
    static final String NAIVE = "cross-entropy";

    /**
     * @param median of its seeds
     * @param model its entry among the models
     * @param pair its first pair
     */
    static Student of(JsonNode median, JsonNode model, JsonNode pair) {
        int seeds = median.path("seeds").asInt();
        JsonNode estimate = seeds > 1 ? median : pair;
        String key = seeds > 1 ? "pgrOverSeeds" : "pgr";
        JsonNode parameters = model.path("parameters");
        return new Student(
                median.path("student").asText(),
                encoder(model),
                method(model),
                parameters.isNumber() ? parameters.longValue() : null,
                seeds,
                number(median, "studentAccuracy"),
                new Pgr(
                        number(estimate, key),
                        number(estimate, key + "Low"),
                        number(estimate, key + "High"),
                        estimate.path(key + "Undefined").asText("")),
                number(median, "agreementWhenSupervisorWrong"));
    }

    /** The encoder of a model of a summary. */
    static String encoder(JsonNode model) {
        StringBuilder text = new StringBuilder(model.path("encoder").asText());
        JsonNode parameters = model.path("encoderParameters");
        List<String> given = new ArrayList<>();
        parameters
                .fieldNames()
                .forEachRemaining(name -> given.add(name + " " + parameters.path(name).asText()));
        if (!given.isEmpty()) {
            text.append(" (").append(String.join(", ", given)).append(')');
        }
        String trained = model.path("finetune").asText("head");
        if (!trained.equals("head") && !Encoders.isFromScratch(model.path("encoder").asText())) {
            text.append(", fine-tuned: ").append(trained.replace('_', ' '));
        }
        return text + (model.path("init").isTextual() ? ", pretrained" : "");
    }

    Student withPgr(Pgr other) {
        return new Student(model, encoder, method, parameters, seeds, accuracy, other, wrong);
    }

    /** Without the way in which a loss warms up, which is no method of its own. */
    private static String method(JsonNode model) {
        StringBuilder text = new StringBuilder(model.path("loss").path("kind").asText());
        JsonNode alpha = model.path("loss").path("alpha");
        boolean confidence = text.toString().equals("confidence");
        if (!alpha.isMissingNode() || confidence) {
            text.append(" α ").append(alpha.asText("0.5").replaceFirst("^0\\.", "."));
        }
        if (model.path("loss").path("hard").asText().equals("true")) {
            text.append(", hard");
        }
        String selector = model.path("selector").path("kind").asText("all");
        String stopping = model.path("stopping").path("kind").asText("budget");
        return text
                + (selector.equals("all") ? "" : ", selector " + selector)
                + (stopping.equals("budget") ? "" : ", stopping " + stopping);
    }

    static @Nullable Double number(JsonNode json, String key) {
        JsonNode value = json.path(key);
        return value.isNumber() ? (Double) value.doubleValue() : null;
    }
}
