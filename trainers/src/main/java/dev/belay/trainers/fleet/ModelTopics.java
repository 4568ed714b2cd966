package dev.belay.trainers.fleet;

import dev.belay.runtime.topics.TopicCheck;
import dev.belay.runtime.topics.TopicCheck.Found;
import dev.belay.schemas.Topics;
import dev.belay.schemas.events.ModelSpec;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether models' topics are there: the broker is asked at most once, for all of them. */
final class ModelTopics {
    private final Topics topics;
    private final TopicCheck check;
    private final Collection<ModelSpec> models;
    private @Nullable Map<String, Found> found;

    ModelTopics(Topics topics, TopicCheck check, Collection<ModelSpec> models) {
        this.topics = topics;
        this.check = check;
        this.models = models;
    }

    /** Why one of the models can't be trained, or null. */
    @Nullable String problem(ModelSpec spec) {
        try {
            for (String topic : of(spec)) {
                boolean any = topic.equals(topics.progress(spec.getTask()));
                String problem =
                        Objects.requireNonNull(found().get(topic))
                                .problem(any ? TopicCheck.ANY : spec.getPartitions());
                if (problem != null) return problem;
            }
            return null;
        } catch (IllegalArgumentException e) { // its supervisor is no id
            return e.getMessage();
        }
    }

    private Map<String, Found> found() {
        if (found == null) {
            Set<String> names = new HashSet<>();
            models.forEach(spec -> names.addAll(ofValid(spec)));
            found = new HashMap<>(check.find(names));
        }
        return found;
    }

    /** None of a spec whose supervisor is no id, which {@link #problem} reports. */
    private List<String> ofValid(ModelSpec spec) {
        try {
            return of(spec);
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }

    /** Labels, predictions and progress. */
    private List<String> of(ModelSpec spec) {
        String task = spec.getTask();
        return List.of(
                topics.labels(task, spec.getSupervisor()),
                topics.predictions(task),
                topics.progress(task));
    }
}
