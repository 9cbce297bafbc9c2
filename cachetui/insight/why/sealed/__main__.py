"""Run this Python's own pip on a sealed, read-only view of its cache, and print its decisions as JSON.

Nothing imports this module: the examined Python runs this folder, in isolated mode and from an empty folder. The
code runs on Python 2.7, and on 3.6 and later, with pip 20.3 and later. Its input is a request in JSON; see
`replay.py` for request and answer.

Sealed means that every HTTP request that pip's cache does not answer ends in `replay_patches.send`, which uses no
network; sockets and processes are refused; only the empty folder can be written to; nothing is built, cloned or
installed.
"""

from __future__ import print_function, unicode_literals

import io
import json
import os
import signal
import sys
import tempfile

from replay_patches import patch
from replay_record import Halt, Resolved, RunRecord, State, as_text
from replay_seal import Seal
from replay_store import BODIES_APART, OLDEST, STORE

BEGIN, END = "<cachetui>", "</cachetui>"
QUIET = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
TWO = sys.version_info[0] == 2


def run(scenario, folder):
    """Run pip once with the arguments of a scenario; return the record of the run as a dictionary."""
    from pip._internal.cli.main import main

    record = State.record = RunRecord()
    root = STORE.cache_dir = scenario.get("root") or None
    STORE.dropped = set()
    STORE.hidden = frozenset([os.path.join(root, *one.split("/")) for one in scenario["hidden"]] if root else ())
    arguments = scenario["arguments"][:1] + QUIET + scenario["arguments"][1:]
    if scenario["lines"]:
        listed = os.path.join(folder, "requirements.txt")
        with io.open(listed, "w", encoding="utf-8") as file:
            file.write("\n".join(scenario["lines"]) + "\n")
        arguments += ["-r", as_text(listed)]
    code, out, err = None, sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (io.BytesIO(), io.BytesIO()) if TWO else (io.StringIO(), io.StringIO())
    try:
        code = main([one.encode("utf-8") for one in arguments] if TWO else arguments)
    except SystemExit as left:
        code = left.code
    except Resolved:
        code = 0
    except Halt as halt:
        record.note_halt(halt)
    except Exception as error:  # an error in pip itself: its user would see that, too
        record.note_error(error)
    finally:
        printed = as_text(sys.stderr.getvalue())
        sys.stdout, sys.stderr = out, err
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    if code and lines and not record.words:
        record.words.append(["ERROR", lines[-1][:2000]])
    return record.answer(code)


def see_user_site():
    """Add the user's own site-packages, which `-I` leaves out, if this Python would use them."""
    import site

    settings = os.path.join(sys.prefix, "pyvenv.cfg")
    alone = sys.prefix != getattr(sys, "base_prefix", sys.prefix) or hasattr(sys, "real_prefix")
    if alone and os.path.exists(settings):
        with io.open(settings, encoding="utf-8", errors="replace") as lines:
            alone = "include-system-site-packages=true" not in [line.replace(" ", "").strip().lower() for line in lines]
    folder = site.getusersitepackages() if hasattr(site, "getusersitepackages") else ""
    if not alone and not os.environ.get("PYTHONNOUSERSITE") and os.path.isdir(folder) and folder not in sys.path:
        sys.path.append(folder)
        site.ENABLE_USER_SITE = True


def load():
    """Import and patch pip; return a dictionary with its version and PyPI's URL, or with why it cannot be asked."""
    try:
        import pip
    except ImportError:
        return {"pip": None, "cannot": "none"}
    numbers = ["".join([c for c in part if c.isdigit()]) for part in pip.__version__.split(".")[:2]]
    release = tuple([int(digits or 0) for digits in numbers])
    if release < OLDEST:
        return {"pip": pip.__version__, "cannot": "old"}
    STORE.layouts = ("http-v2", "http") if release >= BODIES_APART else ("http", "http-v2")
    try:
        patch()
        from pip._internal.models.index import PyPI
    except Exception as error:  # a pip that a distribution has changed, or a newer one
        return {"pip": pip.__version__, "cannot": "changed", "words": as_text(error)}
    return {"pip": pip.__version__, "pypi": as_text(PyPI.simple_url)}


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [place for place in sys.path if place and os.path.abspath(place) != here]
    request = json.loads(sys.stdin.read())
    if hasattr(signal, "alarm"):  # even if no parent process is left to stop it
        signal.alarm(request["seconds"])
    folder = tempfile.tempdir = State.folder = os.getcwd()
    os.environ.update(dict((name, str(folder)) for name in ("TMPDIR", "TEMP", "TMP")))
    see_user_site()
    answer = load()
    if "cannot" not in answer:
        Seal(folder).close()
        try:
            os.chdir(request["folder"])
        except OSError:  # the process has ended
            os.chdir(os.sep)
        answer["runs"] = [run(one, folder) for one in request["runs"]]
    print("\n%s%s%s" % (BEGIN, json.dumps(answer), END))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
    os._exit(0)
