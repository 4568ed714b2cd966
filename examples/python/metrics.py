"""Prints the newest figures of a task's students, as JSON Lines.

    python metrics.py TASK [BOOTSTRAP [REGISTRY]]
"""
import json
import sys

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer

from evaluate import read_all


def main(task, bootstrap="localhost:9092", registry="http://localhost:8081/apis/ccompat/v7"):
    read = AvroDeserializer(SchemaRegistryClient({"url": registry}))
    newest = {}
    for message in read_all(bootstrap, "belay.metrics"):
        row = read(message.value(), None)
        if row["task"] == task and row["phase"] == "HOLDOUT":
            before = newest.get(row["student"])
            if before is None or row["checkpoint"] >= before["checkpoint"]:
                newest[row["student"]] = row
    for student, row in sorted(newest.items()):
        print(json.dumps({"student": student, "checkpoint": row["checkpoint"], "n": row["n"],
                          **{name: row[name] for name in ("supervisorAccuracy", "studentAccuracy", "ceilingAccuracy",
                                                          "pgr", "pgrUndefined", "agreement")}}))


if __name__ == "__main__":
    main(*sys.argv[1:])
