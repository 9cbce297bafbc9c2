from __future__ import annotations

import json

from cachetui.insight.why.explanation import CachedFile, Explanation, Prediction, Reason, Remedy
from cachetui.report.why_json import why_json
from cachetui.report.why_text import WIDTH, why_text

ANSWER = Explanation(
    question="six<2",
    asker="python3, CPython 3.12, pip 26.2",
    tone="partly",
    verdict="pip would build 1.16.0 again.",
    more=("No cached wheel of 1.16.0 fits CPython 3.12, and so pip would take the sdist that is in the cache.",),
    steps=("ask https://me:secret@index.example/simple/", "build a wheel"),
    held=(CachedFile("yes", "six-1.16.0.tar.gz", "sdist\x1b[31m", "http-v2/a"),),
    reasons=(Reason("The page is old.", ("http-v2/b, 2026-05-28",), ("http-v2/b",)),),
    remedies=(Remedy("cachetui remove six", "drop it", ("http-v2/a",)),),
    forecast=Prediction(True, "build", "1.16.0", "six-1.16.0.tar.gz"),
    command="pip install 'six<2'",
)


def test_the_text_has_a_section_for_each_part() -> None:
    lines = [*why_text(ANSWER)]
    assert lines == [
        "pip install 'six<2'  (for python3, CPython 3.12, pip 26.2)",
        "",
        "partly cached: pip would build 1.16.0 again.",
        "No cached wheel of 1.16.0 fits CPython 3.12, and so pip would take the sdist",
        "that is in the cache.",
        "",
        "What pip would do",
        "1 ask https://***@index.example/simple/",
        "2 build a wheel",
        "",
        "What is in the cache",
        "+ six-1.16.0.tar.gz",
        r"    sdist\x1b[31m",
        "",
        "Why",
        "- The page is old.",
        "    http-v2/b, 2026-05-28",
        "",
        "What helps",
        "$ cachetui remove six",
        "    drop it",
    ]
    assert max(map(len, lines)) <= WIDTH


def test_the_document_has_every_part_without_secrets() -> None:
    document = json.loads(why_json(ANSWER))
    assert [document[key] for key in ("schema", "question", "tone", "verdict")] == [
        1,
        "six<2",
        "partly",
        "pip would build 1.16.0 again.",
    ]
    assert document["steps"] == ["ask https://***@index.example/simple/", "build a wheel"]
    assert document["cached"][0] == {
        "fits": "yes",
        "filename": "six-1.16.0.tar.gz",
        "words": "sdist\x1b[31m",
        "path": "http-v2/a",
    }
    assert document["reasons"] == [
        {"words": "The page is old.", "evidence": ["http-v2/b, 2026-05-28"], "entries": ["http-v2/b"]}
    ]
    assert document["remedies"] == [{"command": "cachetui remove six", "words": "drop it"}]
