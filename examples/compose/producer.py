"""Writes a ticket a tenth of a second, as JSON, to a topic of its own; its truth follows some seconds later.

    python producer.py [BOOTSTRAP]
"""
import collections
import itertools
import json
import random
import sys
import time

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

TOPIC = "team.tickets"
WORDS = {"other": ["mouse", "holiday", "menu", "font", "hint"], "urgent": ["fire", "down", "lost", "broken", "alarm"]}


def main(bootstrap="localhost:9092"):
    for topic, created in AdminClient({"bootstrap.servers": bootstrap}).create_topics([NewTopic(TOPIC, 3, 1)]).items():
        try:
            created.result()
        except Exception as e:  # it exists after a restart
            print(f"{topic}: {e}", flush=True)
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
    draw = random.Random()
    late = collections.deque()
    begin = int(time.time())
    for n in itertools.count():
        label = draw.choice(list(WORDS))
        words = [draw.choice(WORDS[label if draw.random() < .7 else draw.choice(list(WORDS))]) for _ in range(8)]
        key = f"{begin}-{n}"
        producer.produce(TOPIC, key=key, value=json.dumps({"id": key, "text": " ".join(words)}))
        late.append((key, label))
        if len(late) > 30:
            key, label = late.popleft()
            producer.produce(TOPIC, key=key, value=json.dumps({"id": key, "label": label}))
        producer.poll(.1)


if __name__ == "__main__":
    main(*sys.argv[1:])
