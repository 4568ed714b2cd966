package dev.belay.cli.check;

import dev.belay.schemas.Distributions;
import dev.belay.schemas.ModelId;
import dev.belay.schemas.events.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The labels of a topic: those of unknown runs, and those without a distribution. */
final class LabelCheck {
    private final String topic;
    private final SpecCheck specs;
    private final Map<String, Long> unknown = new TreeMap<>();
    private long wrong;
    private String first = "";

    LabelCheck(String topic, SpecCheck specs) {
        this.topic = topic;
        this.specs = specs;
    }

    void add(ConsumerRecord<byte[], byte[]> record, Label label) {
        String labeler = label.getLabeler();
        if (!labeler.equals(ModelId.TRUTH) && !specs.maySend(labeler, record.timestamp())) {
            unknown.merge(labeler, 1L, Long::sum);
        } else if (!label.getAbstained()) {
            List<Float> given = label.getProbabilities();
            float[] distribution = new float[given.size()];
            for (int i = 0; i < distribution.length; i++) {
                distribution[i] = given.get(i);
            }
            String problem =
                    Distributions.problem(
                            distribution,
                            Distributions.size(specs.classCount(), label.getExample()));
            if (problem != null && wrong++ == 0) {
                first =
                        "partition %d, offset %d: %s"
                                .formatted(record.partition(), record.offset(), problem);
            }
        }
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        unknown.forEach(
                (labeler, n) ->
                        findings.add(
                                new Finding(
                                        Finding.Kind.UNKNOWN_MODEL,
                                        "%,d labels of %s name the labeler '%s', of which there is no spec; they are skipped. %s"
                                                .formatted(n, topic, labeler, specs.known(labeler)),
                                        "write them with the id of the newest run, as ./belay models list prints it")));
        if (wrong > 0) {
            findings.add(
                    new Finding(
                            Finding.Kind.DISTRIBUTION,
                            "%,d labels of %s have probabilities that are not a distribution; the first: %s"
                                    .formatted(wrong, topic, first),
                            "write them with a probability for each class, sum 1; readers send such labels to the dead letters"));
        }
        return findings;
    }
}
