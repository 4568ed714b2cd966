"""Writes a task's predictions and truth as an outside team would, and compares Belay's metrics with an own recount.

    python figures.py BOOTSTRAP REGISTRY

Confluent's client with librdkafka's default partitioner (CRC32 of the key, not Kafka's murmur2); blocks of one and
of 500 rows with ids of any partition; shuffled, repeated, corrected (the later event time counts); truth of a third
of the examples only after all predictions. Models as in figures.yaml. Exits with 1 at the first difference.
"""
import random
import sys
import time

from confluent_kafka import Producer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

sys.path.insert(0, "examples/python")
from evaluate import read_all                                      # noqa: E402

TASK, EXAMPLES, CHECKPOINTS, SKILL = "figures", 3_000, 3, {"weak": .7, "student": .8, "ceiling": .9}
NOW = int(time.time() * 1000)
rng = random.Random(5)


def model(name):
    return f"figures/{name}#0@0"


class Writer:
    def __init__(self, bootstrap, registry):
        self.schemas = SchemaRegistryClient({"url": registry})
        self.producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
        self.serializers = {}

    def write(self, topic, key, event):
        if topic not in self.serializers:
            self.serializers[topic] = AvroSerializer(
                self.schemas, self.schemas.get_latest_version(topic + "-value").schema,
                conf={"auto.register.schemas": False, "use.latest.version": True})
        value = self.serializers[topic](event, SerializationContext(topic, MessageField.VALUE))
        self.producer.produce(topic, key=key, value=value)
        self.producer.poll(0)

    def flush(self):
        if self.producer.flush(60):
            raise RuntimeError("the broker did not take all records in 60 s")


def make():
    """Truth and the predicted class of each example, by definition; and the events that lead to them."""
    truth = {f"ex-{i}": rng.randrange(2) for i in range(EXAMPLES)}
    said, blocks = {}, []
    for name in SKILL:
        for checkpoint in range(CHECKPOINTS if name == "student" else 1):
            rows = {i: y if rng.random() < SKILL[name] else 1 - y for i, y in truth.items()}
            said[name, checkpoint] = rows
            ids = list(truth)
            rng.shuffle(ids)
            corrected = set(rng.sample(ids, 300))
            size = 1 if checkpoint % 2 else 500
            for first in range(0, EXAMPLES, size):
                part = ids[first:first + size]
                blocks.append((name, checkpoint, [(i, rows[i], NOW) for i in part]))
                wrong = [(i, 1 - rows[i], NOW - 1_000) for i in part if i in corrected]
                if wrong:                # an earlier prediction, which may be written later
                    blocks.append((name, checkpoint, wrong))
                if rng.random() < .1:
                    blocks.append((name, checkpoint, [(i, rows[i], NOW) for i in part]))
    rng.shuffle(blocks)
    return truth, said, blocks


def cells(truth, weak, student, ceiling):
    counts = [0] * 16
    for i, y in truth.items():
        counts[8 * (weak[i] == y) + 4 * (student[i] == y) + 2 * (ceiling[i] == y) + (student[i] == weak[i])] += 1
    return counts


def main(bootstrap, registry):
    writer = Writer(bootstrap, registry)
    truth, said, blocks = make()
    ids = list(truth)
    rng.shuffle(ids)
    late = set(ids[:EXAMPLES // 3])

    def write_truth(i):
        if rng.random() < .1:            # corrected: the newest record counts
            writer.write(f"belay.{TASK}.truth", i, {"id": i, "label": 1 - truth[i], "eventTimeMs": NOW - 1_000})
        writer.write(f"belay.{TASK}.truth", i, {"id": i, "label": truth[i], "eventTimeMs": NOW})

    for i in ids:
        if i not in late:
            write_truth(i)
    for name, checkpoint, rows in blocks:
        writer.write(f"belay.{TASK}.predictions", f"{name}-{checkpoint}-{rows[0][0]}", {
            "model": model(name), "checkpoint": checkpoint, "phase": "HOLDOUT", "classes": 2,
            "ids": [r[0] for r in rows], "eventTimesMs": [r[2] for r in rows],
            "probabilities": [p for r in rows for p in ((.25, .75) if r[1] else (.75, .25))], "sweepRows": EXAMPLES})
    writer.flush()
    for i in late:
        write_truth(i)
    writer.flush()
    expected = {c: cells(truth, said["weak", 0], said["student", c], said["ceiling", 0]) for c in range(CHECKPOINTS)}
    read, found, deadline = AvroDeserializer(writer.schemas), {}, time.monotonic() + 120
    while found != expected:
        if time.monotonic() > deadline:
            sys.exit(f"found {found}\nexpected {expected}")
        rows = [read(m.value(), None) for m in read_all(bootstrap, "belay.metrics")]
        found = {r["checkpoint"]: r["cells"] for r in rows
                 if r["student"] == model("student") and r["phase"] == "HOLDOUT" and not r["withoutTruth"]}
    print(f"{len(blocks):,} blocks, {EXAMPLES:,} examples, {CHECKPOINTS} checkpoints: cells are those of the recount")


if __name__ == "__main__":
    main(*sys.argv[1:])
