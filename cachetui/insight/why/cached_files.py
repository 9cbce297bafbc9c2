"""Describe the project's files in the cache, and why pip does not take them."""

from __future__ import annotations

from cachetui.insight.remove_terms import version_of
from cachetui.insight.why.evidence import Evidence
from cachetui.insight.why.explanation import CachedFile
from cachetui.insight.why.parsing import place_of
from cachetui.insight.why.sentence_parts import ago, named, old, pip_of
from cachetui.model import NS, Entry
from cachetui.pip.formats.wheel_names import LEGACY_NOTE, takes_legacy_names


def describe(case: Evidence, entry: Entry) -> CachedFile:
    """Describe a file of the project in the cache."""
    trouble, version = case.why_unusable(entry), version_of(entry)
    admitted = case.admits(version)
    if case.root and case.root.url:
        address = case.root.url.partition("#")[0]
        admitted = case.entry_at(address) == entry or bool(entry.url and entry.url.partition("#")[0] == address)
    age = case.now - entry.downloaded / NS
    words = [f"built here {ago(age)}" if entry.kind == "built" else f"{entry.kind}, {old(age)}"]
    if entry.kind != "built" and entry.url and (host := place_of(entry.url, host_only=True)):
        words.append(f"from {host}")
    if any(one.yanked and one.filename == entry.filename for one in case.run.listed.get(case.name, ())):
        words.append("yanked")
    if not admitted:
        left_out = f"not for {case.specifier}" if str(case.specifier) else "not what was asked for"
        words.append(left_out if version or case.root else "unknown version")
        if trouble:
            words.append(trouble)
    elif trouble:
        words.append(trouble)
    elif not case.reads(entry):
        words.append(f"not read by {pip_of(case)}")
    elif (answer := case.answers.get(entry.path)) and not answer.is_whole and entry != case.stopped_at:
        words.append("truncated" if answer.stored < (answer.length or 0) else "longer than its headers say")
    elif entry == case.stopped_at or (case.fails_at and case.fails_at[1] == entry):
        words.append("pip stops at it")
    elif entry.path in case.broken:
        words.append(f"damaged: {case.broken[entry.path]}")
    elif case.chosen and case.entry_of(case.chosen) == entry:
        words.append("this is what pip takes")
    elif entry.kind == "built" and case.run.resolved:
        words.append(_why_not_taken(case, entry))
    name = entry.filename or named([entry.project or "?", entry.version or ""], "").strip()
    fits = not trouble and case.reads(entry) and case.is_sound(entry)
    return CachedFile("other" if not admitted else "yes" if fits else "no", name, ", ".join(words), entry.path)


def _why_not_taken(case: Evidence, entry: Entry) -> str:
    """Return why pip does not take a wheel built here; pip looks for such a wheel by URL, hash and Python."""
    if entry.note == LEGACY_NOTE and not takes_legacy_names(case.pip):
        return LEGACY_NOTE
    taken = case.chosen.url.partition("#")[0] if case.chosen else ""
    if entry.url and taken == entry.url.partition("#")[0]:
        return "built for another Python, or from a file with another hash"
    return f"built from {(entry.url and place_of(entry.url)) or 'another address'}, which pip does not use here"
