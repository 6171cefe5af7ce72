"""Steps of a client's job: each is timed, reported once, and does not stop those after it."""

import contextlib
import time
import traceback


class Skip(Exception):
    """The client can't be had or can't run here; the message says why."""


class Failure(Exception):
    """What was got is not what was wanted; the message has both."""


class Steps:
    """Called with a step's name, gives a context whose exception is the step's failure."""

    def __init__(self, report):
        """report(step, seconds, fault): fault is None for a step that did what it should."""
        self.report = report

    @contextlib.contextmanager
    def __call__(self, name):
        begin = time.monotonic()
        fault = None
        try:
            yield
        except Failure as e:
            fault = str(e)
        except Exception as e:  # Whatever a client throws is this step's failure, not the run's.
            at = traceback.extract_tb(e.__traceback__)[-1]
            fault = f"{type(e).__name__}: {e} ({at.filename.rsplit('/', 1)[-1]}:{at.lineno})"
        self.report(name, time.monotonic() - begin, fault)


def line(name, seconds, fault):
    """How a job in a process of its own tells a step; the driver reads these lines."""
    words = "" if fault is None else " ".join(fault.split())
    print(f"step\t{name}\t{'ok' if fault is None else 'FAILED'}\t{seconds:.3f}\t{words}", flush=True)


def equal(got, wanted, what="got"):
    if got != wanted:
        raise Failure(f"{what}: {shown(got)} instead of {shown(wanted)}")


def true(condition, sentence):
    if not condition:
        raise Failure(sentence)


def shown(value):
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]}… ({len(text)} characters)"
