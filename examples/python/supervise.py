"""Labels a task's examples as they appear, so that Belay's students learn from them.

    python supervise.py TASK LABELER_ID [BOOTSTRAP [REGISTRY]]

The labeler is declared with `kind: external` in an experiment file; `belay models list` shows its id. Replace
`label` by your supervisor. Runs until all partitions of the examples have ended, or until Ctrl-C. If it is killed,
give it again: offsets and labels are committed together, so no example is labelled twice.
"""
import sys

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from evaluate import predict, read_all


def label(example):
    """Probabilities of the classes, or None to abstain."""
    return predict([example["text"]])[0]


def main(task, labeler, bootstrap="localhost:9092", registry="http://localhost:8081/apis/ccompat/v7"):
    sources, progress = (f"belay.{task}.examples", f"belay.{task}.holdout"), f"belay.{task}.progress"
    labels = f"belay.{task}.labels.{labeler.split('@')[0].replace('/', '.').replace('#', '.')}"
    schemas = SchemaRegistryClient({"url": registry})
    read = AvroDeserializer(schemas)
    writers = {topic: AvroSerializer(schemas, schemas.get_latest_version(topic + "-value").schema,
                                     conf={"auto.register.schemas": False, "use.latest.version": True})
               for topic in (labels, progress)}
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": labeler, "auto.offset.reset": "earliest",
                         "enable.auto.commit": False, "isolation.level": "read_committed",
                         "enable.partition.eof": True})
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": labeler})
    producer.init_transactions(30)
    consumer.subscribe(list(sources))
    partitions = len(consumer.list_topics(labels).topics[labels].partitions)
    counts = dict.fromkeys(range(partitions), 0)
    at_end, closed = {}, set()           # at_end: where a partition of a source ended when it was read to its end

    def write(topic, partition, key, event):
        value = writers[topic](event, SerializationContext(topic, MessageField.VALUE))
        producer.produce(topic, key=key, partition=partition, value=value)

    while len(closed) < partitions:
        events = [read(m.value(), None) for m in read_all(bootstrap, progress)]
        ended = {(e["topic"], e["partition"]) for e in events if e["ended"]}
        messages = consumer.consume(500, timeout=1)
        producer.begin_transaction()
        for m in messages:
            if m.error():                # read to its end, for now
                at_end[m.topic(), m.partition()] = m.offset()
                continue
            example = read(m.value(), None)
            if example["split"] != "SUPERVISOR":     # a label is in the partition of its example
                row = label(example)
                write(labels, m.partition(), m.key(), {"example": example, "labeler": labeler, "checkpoint": 0,
                                                       "probabilities": row or [], "abstained": row is None})
                counts[m.partition()] += 1
        for p in set(counts) - closed:               # students with a budget wait for the end
            if not all((topic, p) in ended and (topic, p) in at_end and at_end[topic, p] == consumer.get_watermark_offsets(
                    TopicPartition(topic, p), timeout=30)[1] for topic in sources):
                continue
            write(progress, 0, f"{labels}/{p}/{labeler}", {"topic": labels, "partition": p, "writer": labeler,
                                                           "records": counts[p], "splits": {}, "ended": True})
            closed.add(p)
        assignment = consumer.assignment()
        if assignment:
            producer.send_offsets_to_transaction(consumer.position(assignment), consumer.consumer_group_metadata())
        producer.commit_transaction()
    print(f"{sum(counts.values()):,} labels of {labeler}; all partitions have ended")


if __name__ == "__main__":
    main(*sys.argv[1:])
