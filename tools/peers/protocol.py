"""The benchmark's side of the conversation with a library: JSON lines on stdin and stdout.

apps/bench/src/protocol.ts describes the messages. A peer gives `serve` a function that builds the
model of a `setup` message; everything else (reading, timing, errors) is the same for all.
"""

import json
import os
import sys
import time
from dataclasses import dataclass
from typing import Callable, Protocol

import_error_advice = "pip install -r tools/peers/requirements.txt"


class Unsupported(Exception):
    """The library has no counterpart of a layer or variant."""


class Trainer(Protocol):
    """A model in training, as a peer builds it."""

    def step(self, batch: int):
        """Trains on batch number `batch`; returns the loss before the update, on device or host."""

    def versions(self) -> dict[str, str]:
        """Versions of the libraries that do the work."""


@dataclass
class BlockTrainer:
    """A trainer that takes many steps in one call: its time is the mean over each call."""

    run: Callable[[int], list[float]]
    versions: Callable[[], dict[str, str]]


def limit_threads() -> None:
    """Fails unless the parent asked for one thread: the libraries read this when imported."""
    if os.environ.get("OMP_NUM_THREADS") != "1":
        sys.exit("peers measure one thread: set OMP_NUM_THREADS=1 (apps/bench does)")


def serve(build: Callable[[dict], Trainer | BlockTrainer]) -> None:
    """Answers the benchmark until stdin closes."""
    limit_threads()
    # Libraries print to stdout, which belongs to the protocol: send theirs to stderr.
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def reply(message: dict) -> None:
        replies.write(json.dumps(message) + "\n")
        replies.flush()

    trainer: Trainer | BlockTrainer | None = None
    setup: dict = {}
    for line in sys.stdin:
        message = json.loads(line)
        operation = message["op"]
        if operation == "setup":
            setup = message
            try:
                trainer = build(message)
            except ModuleNotFoundError as error:
                reason = f"Python has no module {error.name} ({import_error_advice})"
                reply({"event": "absent", "reason": reason})
                continue
            except Unsupported as error:
                reply({"event": "absent", "reason": str(error)})
                continue
            reply({"event": "ready", "versions": trainer.versions()})
        elif operation == "run" and trainer is not None:
            reply(run(trainer, len(setup["batches"]), message["first"], message["steps"]))
        else:
            sys.exit(f"unexpected message: {line.strip()[:200]}")


def run(trainer: Trainer | BlockTrainer, batches: int, first: int, steps: int) -> dict:
    """Trains `steps` times from step number `first`, batches in turn; milliseconds per step."""
    milliseconds: list[float] = []
    losses: list[float] = []
    cpu = time.process_time()
    if isinstance(trainer, BlockTrainer):
        began = time.perf_counter()
        losses = trainer.run(steps)
        milliseconds = [(time.perf_counter() - began) * 1000 / steps]
    else:
        for step in range(first, first + steps):
            began = time.perf_counter()
            loss = float(trainer.step(step % batches))
            milliseconds.append((time.perf_counter() - began) * 1000)
            losses.append(loss)
    cpu_milliseconds = (time.process_time() - cpu) * 1000
    return {
        "event": "ran",
        "milliseconds": milliseconds,
        "cpuMilliseconds": cpu_milliseconds,
        "losses": losses,
    }
