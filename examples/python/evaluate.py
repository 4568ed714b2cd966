"""Evaluates a model of your own: predicts the holdout of a task and writes the predictions for Belay.

    python evaluate.py TASK MODEL_ID CHECKPOINT [BOOTSTRAP [REGISTRY]]

The model is declared with `external: true` in an experiment file; `belay models list` shows its id. Replace
`predict` by your model. Giving it again for the same checkpoint corrects what was written.
"""
import sys
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

BLOCK = 500                              # rows of a block, at most 1,024
THINGS = {"plant", "tree", "shrub", "herb", "fish", "bird", "animal", "insect", "device", "building", "cloth", "small", "large"}


def predict(texts):
    """One list of probabilities a text, in the order of the task's classes; here a rule on words."""
    return [[0.3, 0.7] if THINGS & set(text.lower().replace(",", " ").split()) else [0.6, 0.4] for text in texts]


def read_all(bootstrap, topic):
    """All records of a topic that are committed now, the last of each key."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused", "enable.auto.commit": False,
                         "isolation.level": "read_committed", "enable.partition.eof": True})
    partitions = consumer.list_topics(topic).topics[topic].partitions
    consumer.assign([TopicPartition(topic, p, 0) for p in partitions])
    newest, open_partitions = {}, set(partitions)
    while open_partitions:
        message = consumer.poll(10)
        if message is None:
            raise RuntimeError(f"nothing from {topic} for 10 s")
        if message.error():              # the end of a partition; all others are raised by the client
            open_partitions.discard(message.partition())
        else:
            newest[message.key()] = message
    consumer.close()
    return [m for m in newest.values() if m.value() is not None]


def main(task, model, checkpoint, bootstrap="localhost:9092", registry="http://localhost:8081/apis/ccompat/v7"):
    schemas = SchemaRegistryClient({"url": registry})
    topic = f"belay.{task}.predictions"
    write = AvroSerializer(schemas, schemas.get_latest_version(topic + "-value").schema,
                           conf={"auto.register.schemas": False, "use.latest.version": True})
    read = AvroDeserializer(schemas)
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
    messages = read_all(bootstrap, f"belay.{task}.holdout")
    for partition in sorted({m.partition() for m in messages}):   # a block has examples of one partition
        examples = [read(m.value(), None) for m in messages if m.partition() == partition]
        for first in range(0, len(examples), BLOCK):
            part = examples[first:first + BLOCK]
            rows = predict([example["text"] for example in part])
            block = {"model": model, "checkpoint": int(checkpoint), "phase": "HOLDOUT", "classes": len(rows[0]),
                     "ids": [example["id"] for example in part],
                     "eventTimesMs": [int(time.time() * 1000)] * len(part),
                     "probabilities": [p for row in rows for p in row], "sweepRows": len(messages)}
            producer.produce(topic, key=part[0]["id"], partition=partition,
                             value=write(block, SerializationContext(topic, MessageField.VALUE)))
    if producer.flush(30):
        raise RuntimeError("the broker did not take all blocks in 30 s")
    print(f"{len(messages):,} predictions of {model} at checkpoint {checkpoint}")


if __name__ == "__main__":
    main(*sys.argv[1:])
