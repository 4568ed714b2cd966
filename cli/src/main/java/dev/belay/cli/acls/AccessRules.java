package dev.belay.cli.acls;

import static org.apache.kafka.common.acl.AclOperation.ALTER_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DELETE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;

import dev.belay.cli.experiment.Experiment;
import dev.belay.cli.experiment.LabelerEntry;
import dev.belay.cli.experiment.ModelEntry;
import dev.belay.producers.source.EndlessSource;
import dev.belay.runtime.settings.Settings;
import dev.belay.runtime.topics.TopicPlan;
import dev.belay.schemas.KeptCheckpoints;
import dev.belay.schemas.LabelerSpecs;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.Topics;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * What each role needs for one experiment: one method a role. Names of groups and transactional ids
 * are those that the services make; {@code SecuredIT} runs an experiment with nothing but these.
 */
final class AccessRules {
    private final Settings settings;
    private final Topics topics;
    private final String prefix;
    private final Experiment experiment;
    private final String task;
    private final Map<Role, Map<ResourcePattern, EnumSet<AclOperation>>> grants =
            new EnumMap<>(Role.class);

    private AccessRules(Settings settings, Experiment experiment) {
        this.settings = settings;
        this.topics = settings.topics();
        this.prefix = topics.prefix();
        this.experiment = experiment;
        this.task = experiment.task();
    }

    /** All grants, in the order of the roles. */
    static List<Grant> of(Settings settings, Experiment experiment) {
        AccessRules rules = new AccessRules(settings, experiment);
        rules.producer();
        rules.truthLabeler();
        rules.labeler();
        rules.evaluator();
        rules.trainers();
        rules.aggregator();
        rules.operator();
        rules.reader();
        return rules.grants.entrySet().stream()
                .flatMap(
                        role ->
                                role.getValue().entrySet().stream()
                                        .map(
                                                e ->
                                                        new Grant(
                                                                role.getKey(),
                                                                e.getKey(),
                                                                e.getValue())))
                .toList();
    }

    private void producer() {
        Role role = Role.PRODUCER;
        // it compares all topics with the plan, and would create missing ones if it were allowed to
        names(experiment.producedTopics(settings))
                .forEach(t -> topic(role, t, DESCRIBE, DESCRIBE_CONFIGS));
        topic(role, topics.progress(task), READ, WRITE);
        topic(role, topics.truth(task), WRITE);
        topic(role, topics.examples(task), WRITE);
        topic(role, topics.holdout(task), WRITE);
        transactionalId(role, PatternType.LITERAL, prefix + task + ".producer");
        if (experiment.data().source().plugin() instanceof EndlessSource endless) {
            endless.topics(experiment.data().source().parameters())
                    .forEach(t -> topic(role, t, READ));
            topic(role, topics.examples(task), READ); // ids that are written already
            topic(role, topics.holdout(task), READ);
            topic(role, topics.deadLetters(), WRITE);
            group(role, PatternType.LITERAL, prefix + task + ".producer");
        }
        if (experiment.producesVotes()) {
            topic(role, topics.votes(task), WRITE);
        }
    }

    private void truthLabeler() {
        Role role = Role.TRUTH_LABELER;
        service(role);
        topic(role, topics.progress(task), READ, WRITE);
        topic(role, topics.examples(task), READ, WRITE); // misplaced ones are sent on
        topic(role, topics.truth(task), READ, WRITE);
        topic(role, topics.labels(task, ModelId.TRUTH), WRITE);
        group(role, PatternType.LITERAL, prefix + task + ".labeler.truth");
        transactionalId(role, PatternType.PREFIXED, prefix + task + ".labeler.truth.");
    }

    private void labeler() {
        Role role = Role.LABELER;
        service(role);
        topic(role, topics.progress(task), READ, WRITE);
        topic(role, topics.examples(task), READ);
        topic(role, topics.predictions(task), WRITE);
        Set<String> external = external();
        Set<String> names = new TreeSet<>();
        for (String id : experiment.labelerIds()) {
            String name = ModelId.nameOf(id);
            if (!name.equals(ModelId.TRUTH) && !external.contains(name)) {
                topic(role, topics.labels(task, id), WRITE);
                names.add(name);
            }
        }
        if (experiment.labelers().stream().anyMatch(l -> !external.contains(l.name()))) {
            topic(role, topics.labelerVersions(), READ, WRITE);
        }
        if (experiment.hasLearning()) {
            topic(role, topics.labelerStates(), READ, WRITE);
        }
        if (experiment.hasNoise()) {
            topic(role, topics.flips(task), WRITE);
        }
        if (experiment.readsVotes()) {
            topic(role, topics.votes(task), READ);
        }
        for (LabelerEntry labeler : experiment.labelers()) {
            names.add(labeler.name());
            for (long seed : experiment.labelerSeeds(labeler.name())) {
                labeler.sources().forEach(source -> labels(role, source, seed));
                if (external.contains(labeler.name())) {
                    labels(role, labeler.name(), seed); // made into predictions
                }
            }
        }
        for (String name : names) {
            String own = prefix + experiment.name() + "." + name + ".";
            group(role, PatternType.PREFIXED, own);
            transactionalId(role, PatternType.PREFIXED, own);
        }
    }

    private void evaluator() {
        Role role = Role.EVALUATOR;
        service(role);
        topic(role, topics.progress(task), READ);
        topic(role, topics.holdout(task), READ);
        topic(role, topics.predictions(task), WRITE);
        if (experiment.hasNoise()) {
            topic(role, topics.flips(task), READ);
        }
        if (experiment.readsVotes()) {
            topic(role, topics.votes(task), READ);
        }
        for (LabelerEntry labeler : experiment.labelers()) {
            if (!labeler.sources().isEmpty()) {
                topic(role, topics.predictions(task), READ); // the sources' own
            }
            if (labeler.sources().contains(ModelId.TRUTH)) {
                topic(role, topics.truth(task), READ);
            }
        }
        if (experiment.hasLearning()) {
            topic(role, topics.labelerStates(), READ);
        }
        group(role, PatternType.LITERAL, prefix + "evaluators");
        group(role, PatternType.LITERAL, prefix + "evaluators.labelers");
        transactionalId(role, PatternType.PREFIXED, prefix + "evaluators.");
    }

    private void trainers() {
        group(Role.TRUTH_TRAINER, PatternType.LITERAL, prefix + "trainers-truth");
        group(Role.TRAINER, PatternType.LITERAL, prefix + "trainers");
        for (Role role : List.of(Role.TRUTH_TRAINER, Role.TRAINER)) {
            service(role);
            topic(role, topics.progress(task), READ);
            topic(role, topics.checkpoints(), WRITE);
            topic(role, topics.predictions(task), WRITE);
        }
        for (ModelEntry model : experiment.models()) {
            if (model.isExternal()) {
                continue;
            }
            Role role = model.onTruth() ? Role.TRUTH_TRAINER : Role.TRAINER;
            experiment.seeds().forEach(seed -> labels(role, model.supervisor(), seed));
            String id = experiment.name() + "/" + model.name() + "#";
            transactionalId(role, PatternType.PREFIXED, prefix + id);
            group(role, PatternType.PREFIXED, prefix + "model." + id);
            if (KeptCheckpoints.limits(model.retention())) { // files go once they are evaluated
                add(
                        role,
                        resource(ResourceType.GROUP, PatternType.LITERAL, "evaluators"),
                        DESCRIBE);
            }
            if (model.retention().getBest()) {
                topic(role, topics.metrics(), READ);
            }
        }
    }

    private void aggregator() {
        Role role = Role.AGGREGATOR;
        service(role);
        topic(role, topics.truth(task), READ);
        topic(role, topics.predictions(task), READ);
        topic(role, topics.metrics(), WRITE);
        topic(role, topics.alerts(), WRITE);
        topic(role, topics.slices(), WRITE);
        if (experiment.hasNoise()) {
            topic(role, topics.flips(task), READ);
        }
        for (String application : List.of(task + ".aggregator", "aggregator.catalog")) {
            group(role, PatternType.LITERAL, prefix + application);
            transactionalId(role, PatternType.PREFIXED, prefix + application + "-");
        }
        // changelogs and repartition topics, which Kafka Streams creates, and purges once read
        add(
                role,
                resource(ResourceType.TOPIC, PatternType.PREFIXED, task + ".aggregator-"),
                CREATE,
                READ,
                WRITE,
                DELETE);
    }

    private void operator() {
        Role role = Role.OPERATOR;
        names(experiment.topics(settings))
                .forEach(t -> topic(role, t, CREATE, DESCRIBE, ALTER_CONFIGS));
        topic(role, topics.models(), READ, WRITE);
        topic(role, topics.labelers(), READ, WRITE);
        topic(role, topics.checkpoints(), READ);
        topic(role, topics.progress(task), READ);
        topic(role, topics.deadLetters(), READ, DELETE);
        transactionalId(role, PatternType.LITERAL, prefix + "experiment." + experiment.name());
        transactionalId(role, PatternType.LITERAL, prefix + "models.stop");
    }

    private void reader() {
        names(experiment.topics(settings)).forEach(t -> topic(Role.READER, t, READ));
        // export looks for labels of every model, and check for those of other experiments
        add(
                Role.READER,
                resource(ResourceType.TOPIC, PatternType.PREFIXED, task + ".labels."),
                READ);
        // check and run say which example's truth is awaited: the next one after the offset
        add(
                Role.READER,
                resource(ResourceType.GROUP, PatternType.LITERAL, task + ".labeler.truth"),
                DESCRIBE);
    }

    /** What every service follows and writes. */
    private void service(Role role) {
        boolean trains = role == Role.TRAINER || role == Role.TRUTH_TRAINER;
        topic(role, topics.models(), READ);
        topic(role, topics.labelers(), trains ? DESCRIBE : READ); // all wait for the topic
        topic(role, topics.checkpoints(), READ);
        topic(role, topics.deadLetters(), WRITE);
    }

    private void labels(Role role, String labeler, long seed) {
        topic(role, topics.labels(task, experiment.labelerId(labeler, seed, 0)), READ);
    }

    /** Names of models and labelers whose labels another program writes. */
    private Set<String> external() {
        Set<String> names =
                experiment.models().stream()
                        .filter(ModelEntry::isExternal)
                        .map(ModelEntry::name)
                        .collect(Collectors.toSet());
        experiment.labelers().stream()
                .filter(labeler -> labeler.kind().equals(LabelerSpecs.EXTERNAL))
                .forEach(labeler -> names.add(labeler.name()));
        return names;
    }

    private static List<String> names(TopicPlan plan) {
        return plan.topics().stream().map(TopicPlan.Topic::name).toList();
    }

    private void topic(Role role, String name, AclOperation... operations) {
        add(role, new ResourcePattern(ResourceType.TOPIC, name, PatternType.LITERAL), operations);
    }

    private void group(Role role, PatternType pattern, String name) {
        add(role, new ResourcePattern(ResourceType.GROUP, name, pattern), READ);
    }

    private void transactionalId(Role role, PatternType pattern, String name) {
        add(role, new ResourcePattern(ResourceType.TRANSACTIONAL_ID, name, pattern), WRITE);
    }

    private ResourcePattern resource(ResourceType type, PatternType pattern, String name) {
        return new ResourcePattern(type, prefix + name, pattern);
    }

    private void add(Role role, ResourcePattern resource, AclOperation... operations) {
        EnumSet<AclOperation> all =
                grants.computeIfAbsent(role, r -> new LinkedHashMap<>())
                        .computeIfAbsent(resource, r -> EnumSet.noneOf(AclOperation.class));
        all.addAll(List.of(operations));
        if (all.stream().anyMatch(Set.of(READ, WRITE, DELETE)::contains)) {
            all.remove(DESCRIBE); // Kafka infers it
        }
    }
}
