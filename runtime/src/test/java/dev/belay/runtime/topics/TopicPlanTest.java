package dev.belay.runtime.topics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.runtime.settings.Settings;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TopicPlanTest {
    @Test
    void examplesLabelsAndPredictionsHaveAnExplicitRetention() {
        Settings settings = Settings.of(Map.of("topics.retention", "30d"));
        for (var plan : Map.of("-1", Settings.of(Map.of()), "2592000000", settings).entrySet()) {
            Map<String, Map<String, String>> configs = new TreeMap<>();
            TopicPlan.forInstallation(plan.getValue())
                    .withTask(plan.getValue().topics(), "t", 4, List.of("truth"))
                    .withFlips(plan.getValue().topics(), "t", 4)
                    .withVotes(plan.getValue().topics(), "t", 4)
                    .topics()
                    .forEach(topic -> configs.put(topic.name(), topic.config()));
            Map<String, String> expected =
                    Map.of("retention.ms", plan.getKey(), "retention.bytes", "-1");
            assertEquals(expected, configs.get("belay.t.examples"));
            assertEquals(expected, configs.get("belay.t.labels.truth"));
            assertEquals(expected, configs.get("belay.t.predictions"));
            assertEquals(expected, configs.get("belay.t.flips"));
            assertEquals(expected, configs.get("belay.t.votes"));
            assertEquals(
                    Map.of("retention.ms", "-1", "retention.bytes", "-1"),
                    configs.get("belay.checkpoints"));
            assertEquals(Map.of("cleanup.policy", "compact"), configs.get("belay.t.truth"));
            assertEquals(
                    Map.of("cleanup.policy", "compact"), configs.get("belay.labeler-versions"));
            assertEquals(
                    Map.of(
                            "cleanup.policy",
                            "compact",
                            "segment.bytes",
                            "16777216",
                            "min.cleanable.dirty.ratio",
                            "0.1"),
                    configs.get("belay.labeler-states"));
        }
    }

    @Test
    void onlyTheBrokersDefaultIsChangedAndOnlyToALongerRetention() {
        assertTrue(difference("retention.ms", "100", "-1", false).isLengthenedByPlan());
        assertTrue(difference("retention.ms", "100", "200", false).isLengthenedByPlan());
        assertFalse(difference("retention.ms", "200", "100", false).isLengthenedByPlan());
        assertFalse(difference("retention.ms", "-1", "100", false).isLengthenedByPlan());
        assertFalse(difference("retention.ms", "100", "-1", true).isLengthenedByPlan());
        assertFalse(difference("retention.ms", "", "-1", false).isLengthenedByPlan());
        assertFalse(difference("cleanup.policy", "delete", "compact", false).isLengthenedByPlan());
    }

    private static TopicDifference difference(
            String key, String found, String planned, boolean ofTopic) {
        return new TopicDifference("t", key, found, planned, ofTopic);
    }
}
