package dev.belay.runtime.topics;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A configuration of an existing topic that is not as planned.
 *
 * @param found the topic's value; empty where the broker does not show it
 * @param ofTopic whether the value was set for this topic; else it is the broker's default
 */
public record TopicDifference(
        String topic, String key, String found, String planned, boolean ofTopic) {
    private static final Logger LOG = LoggerFactory.getLogger(TopicDifference.class);

    /** Whether the plan keeps records longer, and the topic has no value of its own. */
    boolean isLengthenedByPlan() {
        if (ofTopic || found.isEmpty() || !key.startsWith("retention.")) {
            return false;
        }
        long now = Long.parseLong(found);
        long then = Long.parseLong(planned);
        return now >= 0 && (then < 0 || then > now);
    }

    @Override
    public String toString() {
        return "topic %s: %s is %s%s, planned is %s"
                .formatted(
                        topic,
                        key,
                        found.isEmpty() ? "not shown by the broker" : found,
                        ofTopic || found.isEmpty() ? "" : " (the broker's default)",
                        planned);
    }

    /** Differences of the topics that exist, in the plan's order. */
    static List<TopicDifference> find(Admin admin, Collection<TopicPlan.Topic> planned) {
        List<TopicDifference> differences = new ArrayList<>();
        Map<ConfigResource, KafkaFuture<Config>> asked =
                admin.describeConfigs(planned.stream().map(t -> resource(t.name())).toList())
                        .values();
        for (TopicPlan.Topic topic : planned) {
            try {
                Config found =
                        KafkaFutures.get(
                                Objects.requireNonNull(asked.get(resource(topic.name()))),
                                "reading the configuration of topic " + topic.name(),
                                AclOperation.DESCRIBE_CONFIGS);
                new TreeMap<>(topic.config())
                        .forEach(
                                (key, value) -> {
                                    TopicDifference one = of(topic.name(), found, key, value);
                                    if (!one.found().equals(value)) {
                                        differences.add(one);
                                    }
                                });
            } catch (UnknownTopicOrPartitionException e) {
                // missing: it has no configuration yet
            } catch (AuthorizationException e) {
                LOG.warn(
                        "the configuration of {} is not checked: {}", topic.name(), e.getMessage());
            }
        }
        return differences;
    }

    /**
     * Sets the retention of topics that have none of their own where the plan's is longer; logs all
     * other differences as warnings. It never shortens: that would delete records.
     *
     * @param renamed topics of others, which are not changed
     */
    static void lengthen(Admin admin, List<TopicDifference> differences, Set<String> renamed) {
        for (TopicDifference difference : differences) {
            if (!difference.isLengthenedByPlan() || renamed.contains(difference.topic())) {
                LOG.warn("{}; not changed, 'kafka-configs --alter' changes it", difference);
                continue;
            }
            AlterConfigOp set =
                    new AlterConfigOp(
                            new ConfigEntry(difference.key(), difference.planned()),
                            AlterConfigOp.OpType.SET);
            try {
                KafkaFutures.get(
                        admin.incrementalAlterConfigs(
                                        Map.of(resource(difference.topic()), List.of(set)))
                                .all(),
                        "changing " + difference,
                        AclOperation.ALTER_CONFIGS);
                LOG.info("{}; changed to the planned value", difference);
            } catch (AuthorizationException e) {
                LOG.warn("{}; can't be changed: {}", difference, e.getMessage());
            }
        }
    }

    private static TopicDifference of(String topic, Config found, String key, String planned) {
        ConfigEntry entry = found.get(key);
        if (entry == null || entry.value() == null) {
            return new TopicDifference(topic, key, "", planned, false);
        }
        boolean ofTopic = entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG;
        return new TopicDifference(topic, key, entry.value(), planned, ofTopic);
    }

    private static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }
}
