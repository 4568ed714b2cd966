package dev.belay.producers.topic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.belay.plugins.Parameter;
import dev.belay.plugins.Parameters;
import dev.belay.producers.source.DataConfig;
import dev.belay.producers.source.DataException;
import dev.belay.producers.source.RowBuilder;
import dev.belay.producers.source.StrictJson;
import dev.belay.schemas.EventCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * A topic of the source: what its values are, which records are taken, and which columns they have.
 *
 * @param id column of the ids of a topic of truth or votes; null: records are examples, with or
 *     without truth
 * @param annotator column of the annotators of a topic of votes; null: examples or truth
 * @param label column of the class; a record without it is one whose truth is not known
 */
record AttachedTopic(
        String topic,
        RecordFormat format,
        RecordMapping mapping,
        @Nullable String id,
        @Nullable String annotator,
        String label) {
    static final Parameter TOPIC =
            Parameter.required("topic", "An existing topic, with any keys and partitioner.");
    static final Parameter FORMAT =
            Parameter.choice(
                    "format",
                    "json",
                    RecordFormat.words(),
                    "Its values: json; json-schema, avro (Confluent wire format); string, a text"
                            + " in the column value.");
    static final Parameter WHERE =
            expression("where", "jq expression, true for the records that are taken.");
    static final Parameter TIME =
            Parameter.text(
                    "time",
                    "",
                    "Column or expression of the event time, milliseconds or ISO 8601; by default"
                            + " the record's timestamp.");
    static final Parameter TRUTH_TOPIC =
            Parameter.text(
                    "truth-topic", "", "A second topic that has the truth, also days later.");
    static final Parameter TRUTH_FORMAT =
            Parameter.choice("truth-format", "json", RecordFormat.words(), "As format.");
    static final Parameter TRUTH_WHERE = expression("truth-where", "As where.");
    static final Parameter TRUTH_TIME = Parameter.text("truth-time", "", "As time.");
    static final Parameter TRUTH_ID =
            Parameter.text("truth-id", "id", "Its column or expression of the example's id.");
    static final Parameter TRUTH_LABEL =
            Parameter.text("truth-label", "label", "Its column or expression of the class.");

    static final Parameter VOTES_TOPIC =
            Parameter.text(
                    "votes-topic",
                    "",
                    "A topic of single votes, a record each, for labelers with from: topic.");
    static final Parameter VOTES_FORMAT =
            Parameter.choice("votes-format", "json", RecordFormat.words(), "As format.");
    static final Parameter VOTES_WHERE = expression("votes-where", "As where.");
    static final Parameter VOTES_TIME = Parameter.text("votes-time", "", "As time.");
    static final Parameter VOTES_ID =
            Parameter.text("votes-id", "id", "Its column or expression of the example's id.");
    static final Parameter VOTES_ANNOTATOR =
            Parameter.text(
                    "votes-annotator", "annotator", "Its column or expression of who voted.");
    static final Parameter VOTES_LABEL =
            Parameter.text(
                    "votes-label",
                    "label",
                    "Its column or expression of the class; null: the vote is taken back.");

    static final List<Parameter> PARAMETERS =
            List.of(
                    TOPIC,
                    FORMAT,
                    WHERE,
                    TIME,
                    TRUTH_TOPIC,
                    TRUTH_FORMAT,
                    TRUTH_WHERE,
                    TRUTH_TIME,
                    TRUTH_ID,
                    TRUTH_LABEL,
                    VOTES_TOPIC,
                    VOTES_FORMAT,
                    VOTES_WHERE,
                    VOTES_TIME,
                    VOTES_ID,
                    VOTES_ANNOTATOR,
                    VOTES_LABEL);

    private static Parameter expression(String name, String doc) {
        return new Parameter(
                name,
                "",
                "a jq expression",
                text -> {
                    var unused = new Expression(name, text);
                    return text;
                },
                doc);
    }

    /**
     * The topics of a source, examples first.
     *
     * @throws IllegalArgumentException when a column is no jq expression although it begins as one
     */
    static List<AttachedTopic> of(Parameters parameters, DataConfig.Fields fields) {
        String topic = parameters.text(TOPIC.name());
        List<AttachedTopic> topics = new ArrayList<>();
        topics.add(
                new AttachedTopic(
                        topic,
                        RecordFormat.of(parameters.text(FORMAT.name())),
                        new RecordMapping(
                                TopicSource.name(topic),
                                fields.columns(),
                                parameters.text(WHERE.name()),
                                parameters.text(TIME.name())),
                        null,
                        null,
                        fields.label()));
        String truth = parameters.text(TRUTH_TOPIC.name());
        if (!truth.isEmpty()) {
            String id = parameters.text(TRUTH_ID.name());
            String label = parameters.text(TRUTH_LABEL.name());
            topics.add(
                    new AttachedTopic(
                            truth,
                            RecordFormat.of(parameters.text(TRUTH_FORMAT.name())),
                            new RecordMapping(
                                    TopicSource.name(truth),
                                    Set.of(id, label),
                                    parameters.text(TRUTH_WHERE.name()),
                                    parameters.text(TRUTH_TIME.name())),
                            id,
                            null,
                            label));
        }
        String votes = parameters.text(VOTES_TOPIC.name());
        if (!votes.isEmpty()) {
            topics.add(votes(parameters, votes));
        }
        if (topics.stream().map(AttachedTopic::topic).distinct().count() < topics.size()) {
            throw new IllegalArgumentException(
                    "examples, truth and votes must be in different topics, found "
                            + topics.stream().map(AttachedTopic::topic).toList());
        }
        return topics;
    }

    private static AttachedTopic votes(Parameters parameters, String topic) {
        String id = parameters.text(VOTES_ID.name());
        String annotator = parameters.text(VOTES_ANNOTATOR.name());
        String label = parameters.text(VOTES_LABEL.name());
        return new AttachedTopic(
                topic,
                RecordFormat.of(parameters.text(VOTES_FORMAT.name())),
                new RecordMapping(
                        TopicSource.name(topic),
                        Set.of(id, annotator, label),
                        parameters.text(VOTES_WHERE.name()),
                        parameters.text(VOTES_TIME.name())),
                id,
                annotator,
                label);
    }

    /** The parameter that names it. */
    Parameter parameter() {
        return id == null ? TOPIC : annotator == null ? TRUTH_TOPIC : VOTES_TOPIC;
    }

    /**
     * The record's columns; null for one that is not taken.
     *
     * @throws DataException for a value that is not of the format, or does not fit the expressions
     * @throws SerializationException when the registry does not answer now
     */
    @Nullable ObjectNode columns(ConsumerRecord<byte[], byte[]> record, EventCodec codec) {
        byte[] bytes = record.value();
        if (bytes == null) {
            throw wrong("a tombstone (no value)", null);
        }
        JsonNode value;
        try {
            value = format.read(topic, bytes, codec);
        } catch (IOException e) {
            throw wrong("a value that is not " + format.title() + " (" + reason(e) + ")", e);
        } catch (SerializationException e) {
            if (EventCodec.isOutage(e)) {
                throw e;
            }
            throw wrong("a value that is not " + format.title() + " (" + e.getMessage() + ")", e);
        }
        if (!mapping.takes(value)) {
            throw wrong(StrictJson.kind(value), null);
        }
        ObjectNode columns = mapping.columns(value, record);
        if (columns != null && !columns.has(label)) {
            columns.putNull(label); // not known yet
        }
        return columns;
    }

    /** Without Jackson's location, whose lines and columns mean nothing of a record. */
    private static String reason(IOException e) {
        String message =
                e instanceof JsonProcessingException json
                        ? json.getOriginalMessage()
                        : e.getMessage();
        return String.valueOf(message).replaceAll("\\s*\\R\\s*", " ");
    }

    /**
     * Makes ids and classes of the columns of a topic of truth or votes.
     *
     * @param config of the examples
     */
    RowBuilder builder(DataConfig config) {
        DataConfig.Fields fields = config.fields();
        var columns =
                new DataConfig.Fields(
                        id,
                        fields.input(),
                        label,
                        fields.split(),
                        fields.tags(),
                        fields.group(),
                        fields.options());
        return new RowBuilder(
                TopicSource.name(topic),
                annotator == null
                        ? "data.source.truth-id and data.source.truth-label"
                        : "data.source.votes-id, votes-annotator and votes-label",
                new DataConfig(
                        config.source(),
                        columns,
                        config.holdout(),
                        config.supervisorShare(),
                        config.order(),
                        config.orderSeed(),
                        config.classes(),
                        config.labels()));
    }

    private DataException wrong(String found, @Nullable Throwable cause) {
        return DataException.at(
                TopicSource.name(topic),
                0,
                found,
                format.expected(),
                "Name the format of the topic's values in data.source.",
                cause);
    }
}
