"""Private names of Textual are left alone: any release may rename them."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Iterator
from functools import cache

from textual.app import App
from textual.widgets import Input

import cachetui.ui

OF_TUPLES = {"_asdict", "_fields", "_replace"}
"""Public names of named tuples."""
SUGGESTED = "FilterBox._suggestion"
"""Text drawn behind the cursor. If Textual renames it, none is drawn; what Tab accepts does not depend on it."""

ENDING = "CachetuiApp._fatal_error"
"""Method that Textual calls after an unforeseen exception. If Textual renames it, Textual's own trace is shown."""

MODULES = [
    importlib.import_module(module.name) for module in pkgutil.walk_packages(cachetui.ui.__path__, "cachetui.ui.")
]
CLASSES = {
    found
    for module in MODULES
    for _, found in inspect.getmembers(module, inspect.isclass)
    if found.__module__.startswith("cachetui.")
}


def private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def given(tree: ast.AST) -> Iterator[str]:
    """Yield the private names that code defines, or sets on what it calls `self`."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                yield name


@cache
def names_of(base: type) -> set[str]:
    """Return the private names of a class of Textual."""
    return {*filter(private, vars(base)), *re.findall(r"\bself\.(_[a-z]\w*)", inspect.getsource(base))}


def test_no_private_name_of_another_package_is_used() -> None:
    trees = [ast.parse(inspect.getsource(module)) for module in MODULES]
    used = {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    ours = {name for tree in trees for name in given(tree)}
    assert {*filter(private, used)} - ours - OF_TUPLES == set()


def test_no_private_name_of_textual_is_taken_for_something_else() -> None:
    taken = set()
    for ours in CLASSES:
        theirs = {name for base in ours.__mro__ if base.__module__.startswith("textual.") for name in names_of(base)}
        tree = ast.parse(textwrap.dedent(inspect.getsource(ours)))
        taken |= {f"{ours.__name__}.{name}" for name in given(tree) if private(name) and name in theirs}
    assert taken == {SUGGESTED, ENDING}


def test_what_is_suggested_is_drawn_by_textual() -> None:
    assert hasattr(Input, SUGGESTED.partition(".")[2])


def test_textual_calls_what_ends_the_app() -> None:
    assert hasattr(App, ENDING.partition(".")[2])
