"""Tests that screens, reports, plans and the disk agree on the bytes that the removal of a set of entries frees."""

from __future__ import annotations

import json
import os
import random
import re
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cachetui.browsing.catalog import Catalog
from cachetui.browsing.model import BrowserModel
from cachetui.insight.audit.audit import AuditRule, audit_of, directories_freed
from cachetui.labels import Facts
from cachetui.model import Kind
from cachetui.pip.config.location import Location
from cachetui.pip.scan.scanner import scan
from cachetui.removal.execute import execute
from cachetui.removal.freed_bytes import Outlook
from cachetui.removal.plan import plan_removal
from cachetui.removal.reasons_to_stay import staying
from cachetui.services import removal
from cachetui.services.services import Services
from cachetui.text.format import disk_text, emptied_text
from cachetui.ui.app import CachetuiApp
from cachetui.ui.dialogs.confirm import summary
from cachetui.ui.dialogs.review import Review
from cachetui.ui.rules.dialog import RulesDialog
from cachetui.ui.rules.form import Form, RuleCounter
from tests.cli.conftest import Run
from tests.cli.test_preferences import prefer
from tests.inventories import HOUR, LONG_AGO, NOW, age_directories, write
from tests.temporary import disk
from tests.ui.idle import draws_at_once
from tests.ui.screens import settled, text_of

RULES = ("--leftovers", "--older-than 90d", "--keep-latest 1")
SHARDS = {digit: f"{'http' if digit == 'd' else 'http-v2'}/{'/'.join(digit * 5)}" for digit in "abcdef"}
WHEELS = f"wheels/aa/bb/cc/{'d' * 50}"
PATHS = (
    *[f"{shard}/{digit * 56}" for digit, shard in SHARDS.items()],
    *[f"{SHARDS['e']}/{'e' * 56}abcdef{name}_.tmp" for name in "xyz"],
    *[f"{WHEELS}/{name}-1.0-py3-none-any.whl" for name in "uvw"],
    f"{WHEELS}/origin.json",
    f"{WHEELS}/tmpabcdefgh/six.whl",
    f"{SHARDS['a']}/mine.txt",
    "notes/mine.txt",
)
KINDS: list[Kind] = ["wheel", "sdist", "index", "response", "metadata"]


@pytest.fixture
def cache(cache_on_disk: Path) -> Path:
    return cache_on_disk


def write_cache(root: Path, chance: random.Random) -> None:
    """Write a small cache of records, wheels, leftovers, hard links and files that are not pip's."""
    for path in PATHS:
        if chance.random() < 0.8:
            write(root, path, chance.randbytes(chance.randrange(40_000)), mtime_ns=chance.choice([LONG_AGO, NOW]))
            if path.startswith("http-v2/") and len(path) < 80:
                write(root, f"{path}.body", chance.randbytes(chance.randrange(40_000)))
    present = sorted([path for path in root.rglob("*") if path.is_file()])
    for number in range(chance.randrange(4)):
        target = chance.choice(present)
        name = f"{'f' * 56}{number}abcdefg.tmp"
        places = (target.with_name(f"mine{number}"), root / SHARDS["f"] / name, root.parent / f"outside{number}")
        place = chance.choice(places)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.hardlink_to(target)
    age_directories(root)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_every_part_gives_one_number_for_the_same_entries(seed: int) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(dir=disk()) as folder:
        root = Path(folder).resolve() / "pip"
        (root / "http-v2").mkdir(parents=True)
        write_cache(root, chance)
        found = scan(root)
        entries = tuple(
            [one._replace(kind=chance.choice(KINDS)) if one.kind == "unknown" else one for one in found.entries]
        )
        inventory, now_ns = replace(found, entries=entries), NOW + HOUR // 2
        pips = chance.choice([(), (4121,)])
        protected = frozenset([entry.path for entry in entries if chance.random() < 0.2])
        least = chance.choice([0, 10_000, 30_000])
        chosen = [entry for entry in entries if entry.disk_usage > least]

        plan = plan_removal(inventory, chosen, now_ns=now_ns, pips=pips, protected=protected, home=Path(folder, "home"))
        outlook = Outlook.of(inventory, staying(inventory, now_ns=now_ns, pips=pips, protected=protected))
        going = outlook.going(chosen)
        assert [entry.path for entry in plan.entries] == [entry.path for entry in going]

        model = BrowserModel(Catalog.of(inventory))
        model.marks.set_outlook(outlook)
        model.toggle_entries(chosen)
        totals = model.mark_totals
        assert (totals.entries, totals.frees) == (len(chosen), plan.frees)
        assert totals.protected == len([entry for entry in chosen if entry.path in protected])
        assert totals.protected + totals.staying == len(chosen) - len(going)

        facts = Facts(now_ns, protected=protected)
        rule = AuditRule("rule", "", lambda _, __: chosen)
        audit = audit_of(inventory, facts, rules=[rule], outlook=outlook)
        (told,) = audit.rules
        assert (told.figure.entries, told.frees, told.kept) == (tuple(going), plan.frees, totals.staying)
        assert directories_freed(audit, audit.rules) == [plan.frees_directories]

        form = Form().toggled("built").typed("larger-than", f"{least}B")
        counts = next(RuleCounter(entries, lambda _: facts, now_ns, outlook).count(form, frozenset(), lambda: False))
        assert counts.entries == tuple(going)
        assert counts.figures[:3] == (len(going), plan.frees, totals.staying)

        outcome = execute(plan)
        assert (outcome.freed, outcome.freed_directories) == (plan.frees, plan.frees_directories)
        assert inventory.disk_usage_without({*outcome.removed, *outcome.vanished}) == scan(root).disk_usage


def change(root: Path, seed: int) -> None:
    """Add hard links, a young leftover, wheels that share an origin, and files that are not pip's to a cache."""
    chance = random.Random(seed)
    bodies = sorted(root.rglob("*.body"))
    for number, body in enumerate(chance.sample(bodies, 6)):
        (body.with_name(f"mine{number}") if number < 3 else root.parent / f"outside{number}").hardlink_to(body)
    for number, body in enumerate(chance.sample(bodies, 6)):
        digest = f"{number:05x}{'0' * 51}"
        place = root / f"http-v2/{'/'.join(digest[:5])}" / f"{digest}abcdefgh.tmp"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.hardlink_to(body)
        os.utime(body, ns=(LONG_AGO, LONG_AGO))
    write(root, f"http-v2/f/f/f/f/f/{'f' * 56}abcdefgh.tmp", b"x" * 9_000, mtime_ns=time.time_ns())
    for name in ("six-1.0-py3-none-any.whl", "six-1.0-py2-none-any.whl", "origin.json"):
        write(root, f"{WHEELS}/{name}", b"x" * 9_000)


@pytest.mark.parametrize("pips", [(), (4121,)])
def test_plan_audit_and_result_of_the_command_line_agree(
    pips: tuple[int, ...], run: Run, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(cache, 1 + len(pips))
    prefer('protect = ["numpy", "torch kind:index"]')
    monkeypatch.setattr(removal, "running_programs", lambda _: pips)
    options = ("--cache-dir", cache)
    audit = json.loads(run("audit", "--format", "json", *options).out)
    text = run("audit", *options).out
    told = {one["options"]: one for one in audit["rules"]}
    keys = ("frees", "frees_files", "frees_directories")
    for rule in RULES:
        planned = json.loads(run("prune", *rule.split(), "-n", "--json", *options).out)
        assert [told[rule][key] for key in keys] == [planned[key] for key in keys]
        assert (told[rule]["entries"], told[rule]["kept"]) == (len(planned["planned"]), len(planned["kept"]))
        frees = disk_text(planned["frees_files"])
        assert re.search(rf" {re.escape(frees)} +{len(planned['planned'])} {rule}\n", text)
    plain = run("prune", *RULES[-1].split(), "-n", *options).out.splitlines()
    assert f"would free {frees}{emptied_text(planned['frees_directories'])}" in plain[0]
    assert any(told[rule]["kept"] for rule in RULES)
    purged = json.loads(run("purge", "-n", "--json", *options).out)
    assert purged["frees_files"] <= audit["disk_usage"] == json.loads(run("list", "--json", *options).out)["disk_usage"]

    done = run("prune", "--leftovers", "--older-than", "90d", "--yes", "--json", *options)
    document: dict[str, Any] = json.loads(done.out)
    assert [document[key] for key in ("freed", "freed_files", "freed_directories")] == [document[key] for key in keys]
    assert document["freed"] == document["freed_files"] + document["freed_directories"]
    left = json.loads(run("list", "--json", *options).out)["disk_usage"]
    assert f"{disk_text(audit['disk_usage'])} → {disk_text(left)}\n" in done.err
    assert f"freed {disk_text(document['freed_files'])}{emptied_text(document['freed_directories'])}: " in done.err


async def test_screens_agree_from_the_rules_to_the_last_line(
    run: Run, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draws_at_once(monkeypatch)
    change(cache, 3)
    monkeypatch.setattr(removal, "running_programs", lambda _: (4121,))
    options = ("--cache-dir", cache)
    planned = json.loads(run("prune", "--leftovers", "--older-than", "90d", "-n", "--json", *options).out)
    audited = {one["options"]: one for one in json.loads(run("audit", "--format", "json", *options).out)["rules"]}
    app = CachetuiApp(Services(Location(cache, "--cache-dir", named=True, enabled=True), memory=False))
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        main = app.main
        before = main.model.catalog.disk
        assert f" {disk_text(before)} " in text_of(app).splitlines()[0]
        await pilot.press("2")
        await settled(pilot)
        assert main.audit_view.parts is not None
        chances = {one.name: one for one in main.audit_view.parts.chances}
        for name, options_of in (("leftovers", "--leftovers"), ("older than 90 days", "--older-than 90d")):
            one = chances[name]
            assert (len(one.entries), one.disk) == (
                audited[options_of]["entries"], audited[options_of]["frees_files"]
            )  # fmt: skip
        await pilot.press("1", "X", *["down"] * 3, "space", *["down"] * 2, *"90d")
        await settled(pilot)
        assert isinstance(app.screen, RulesDialog)
        assert app.screen.together is not None
        figures = app.screen.together.figures
        assert (figures.entries, figures.frees) == (len(planned["planned"]), planned["frees_files"])
        await pilot.press("enter")
        await settled(pilot)
        frees = disk_text(planned["frees_files"])
        assert (main.marks.entries, main.marks.frees) == (len(planned["planned"]), planned["frees_files"])
        assert f"{len(planned['planned'])} entries marked · frees {frees}" in text_of(app)
        await pilot.press("d")
        await settled(pilot)
        assert isinstance(app.screen, Review)
        folders = emptied_text(planned["frees_directories"])
        assert f"frees {frees}" in text_of(app)
        assert folders.strip() in text_of(app)
        plan = app.screen.plan
        assert (plan.frees, plan.frees_directories) == (planned["frees_files"], planned["frees_directories"])
        await pilot.press("y")
        await settled(pilot)
        (outcome,) = main.outcomes
        assert (outcome.freed, outcome.freed_directories) == (plan.frees, plan.frees_directories)
        assert summary(outcome).endswith(f", freed {frees}{folders}")
        await pilot.press("2")
        await settled(pilot)
        audit = main.audit_view.audit
        assert audit is not None
        assert main.inventory is not None
        usage = [path.lstat().st_blocks * 512 for path in (cache, *cache.rglob("*")) if path.is_dir()]
        assert audit.directories_disk_usage == sum(usage)
        left = main.model.catalog.disk
        assert audit.total.disk_usage == main.inventory.disk_usage == main.disk_left == left
        assert f" {disk_text(left)} " in text_of(app).splitlines()[0]
        await pilot.press("q")
    assert app.caches.exit_summary is not None
    assert app.caches.exit_summary.endswith(f"freed {frees}{folders}: {disk_text(before)} → {disk_text(left)}")
