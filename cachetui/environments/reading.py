"""Find and read the environments on this machine, each once."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from cachetui.environments.find import Candidate, among_many, beside, candidates, project_of
from cachetui.environments.installed import Environment, Installed, Place, folders_named_in, is_absent, place_of
from cachetui.environments.store import SiteMemory
from cachetui.system.tree import never
from cachetui.text.format import home_short


def find_environments(
    environ: Mapping[str, str],
    memory: SiteMemory,
    *,
    named: Iterable[str] = (),
    listed: Iterable[str] = (),
    folder: Path | None = None,
    machine: bool = True,
    stop: Callable[[], bool] = never,
) -> tuple[Environment, ...]:
    """Return the environments on this machine, and what is installed in each; see `candidates` for the parameters.

    Folders that do not exist, or are no environments, are left out. An environment that cannot be read says why in its
    `trouble`.
    """
    found: list[tuple[Environment, Candidate]] = []
    waiting = deque(candidates(environ, named=named, listed=listed, folder=folder, machine=machine, stop=stop))
    tools = {os.path.normpath(one.prefix): one.tool for one in waiting if one.tool}
    seen: set[str] = set()
    projects: set[Path] = set()
    while waiting and not stop():
        one = waiting.popleft()
        prefix = Path(os.path.normpath(one.prefix))
        if (real := os.path.realpath(prefix)) in seen:
            continue
        seen.add(real)
        one = one._replace(prefix=prefix, tool=one.tool or tools.get(str(prefix), ""))
        environment, base = _read(one, memory)
        if environment is None:
            continue
        found.append((environment, one))
        if base is not None:
            waiting.append(Candidate(base))
        if (project := project_of(prefix)) and project not in projects:
            projects.add(project)
            waiting.extend(beside(project))
    memory.save()
    return tuple(_told_apart(found))


def _read(one: Candidate, memory: SiteMemory) -> tuple[Environment | None, Path | None]:
    """Return the environment in a candidate's folder, and the prefix of the Python that created it.

    The first is None if the folder is no environment or does not exist, the second if that Python is not known.
    """
    title = _title(one)
    if one.trouble:
        return Environment(one.prefix, title, trouble=one.trouble), None
    try:
        place = place_of(one.prefix)
    except OSError as error:
        if is_absent(error):
            return None, None
        return Environment(one.prefix, title, trouble=_reason(error)), None
    if not place.is_environment:
        return None, None
    if not place.sites:
        return Environment(one.prefix, title, (), place.releases, "it has no folder for packages"), place.base
    every: list[Installed] = []
    sites, trouble = _sites_of_base(place)
    for folder in place.sites:  # Pythons may share a prefix, so what one has hides nothing that another has
        own, why = _imported([folder], memory)
        every += own
        trouble = trouble or why
    of_base, why = _imported(sites, memory)
    hidden = {installation.project for installation in every}
    every += [installation for installation in of_base if installation.project not in hidden]
    return Environment(one.prefix, title, tuple(every), place.releases, trouble or why), place.base


def _sites_of_base(place: Place) -> tuple[tuple[Path, ...], str]:
    """Return the folders of the base Python, if an environment imports from them, and a reason if they are not found.

    The base Python is the one that created the environment.
    """
    try:
        return place_of(place.base, place.releases).sites if place.base and place.sees_base else (), ""
    except OSError as error:
        return (), "" if is_absent(error) else _reason(error)


def _imported(sites: Iterable[Path], memory: SiteMemory) -> tuple[list[Installed], str]:
    """Return the projects that a Python imports from its folders, and a reason if not all folders could be read."""
    seen: set[str] = set()
    installed: dict[str, list[Installed]] = {}
    trouble = ""
    for own in sites:
        folders = deque([own])
        for folder in _each(folders):
            if (real := os.path.realpath(folder)) in seen and folder is not own:
                continue
            seen.add(real)
            try:
                site = memory.read(folder)
                here: dict[str, list[Installed]] = {}
                for installation in site.installed:
                    here.setdefault(installation.project, []).append(installation)
                installed = {**here, **installed}  # what an earlier folder has is imported from there
                trouble = trouble or site.trouble
                if folder is own:  # a folder that a path file names has none of its own (`site.addsitedir`)
                    for name in site.path_files:
                        folders.extend(folders_named_in(folder / name))
            except OSError as error:
                trouble = trouble or _reason(error)
    return [installation for some in installed.values() for installation in some], trouble


def _each(folders: deque[Path]) -> Iterator[Path]:
    """Yield folders until there are no more; more may be added meanwhile."""
    while folders:
        yield folders.popleft()


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _title(one: Candidate) -> str:
    """Return the display name of an environment, which others may share."""
    above, name = one.prefix.parent, one.prefix.name
    if one.tool == "hatch":  # its folders are PROJECT/ID/ENVIRONMENT, and the default environment is the project's
        project = above.parent.name
        return f"hatch {name}" if name == project else f"hatch {project} {name}"
    if one.tool == "pre-commit":
        return f"pre-commit {above.name}"
    if not one.tool and (among := among_many(one.prefix)):
        return f"{among[0]} {name}"
    return f"{one.tool} {name}" if one.tool else home_short(str(one.prefix))


def _told_apart(found: Iterable[tuple[Environment, Candidate]]) -> Iterator[Environment]:
    """Yield environments; a title that several share is followed by the folder of the project or environment."""
    titles = Counter(environment.title for environment, _ in found)
    for environment, one in found:
        if titles[environment.title] > 1:
            place = project_of(one.prefix) or one.prefix
            yield replace(environment, title=f"{environment.title} in {home_short(str(place))}")
        else:
            yield environment
