"""Create stand-ins for files that are not in the cache, so that pip can decide about the rest."""

from __future__ import print_function, unicode_literals

import os
import tempfile
import zipfile

from replay_record import NO_VERSION, State, as_text, canonical

PLACEHOLDER = "unknown.invalid"  # host of files that stand for those on an unknown index page


def supposing(original):
    """Wrap the method with which pip finds the best candidate for a requirement.

    If it finds none and a page of the project is not in the cache, suppose that this page lists a fitting file.
    """
    from pip._internal.index.package_finder import BestCandidateResult
    from pip._internal.models.candidate import InstallationCandidate
    from pip._internal.models.link import Link

    def find_best_candidate(self, project_name, *args, **options):
        found = original(self, project_name, *args, **options)
        name = canonical(project_name)
        version = None
        if found.best_candidate is None and State.record.unseen.get(name):
            version = some_version(options.get("specifier", args[0] if args else None))
        if version is None:
            return found
        link = Link("https://%s/%s-%s-py3-none-any.whl" % (PLACEHOLDER, name.replace("-", "_"), version))
        supposed = InstallationCandidate(project_name, version, link)
        return BestCandidateResult([supposed], [supposed], supposed)

    return find_best_candidate


def some_version(specifier):
    """Return any version that satisfies a specifier; None if none is found."""
    from pip._vendor.packaging.version import InvalidVersion, Version

    guesses = ["1.0", "0.1", "999"]
    for clause in specifier or ():
        text = as_text(clause.version)
        guesses.insert(0, text[:-2] if text.endswith(".*") else text)
        try:
            release = list(Version(guesses[0]).release)
        except InvalidVersion:
            continue
        lower = [
            release[:at] + [release[at] - 1] + [999] * (len(release) - at - 1)
            for at in range(len(release))
            if release[at]
        ]
        guesses += [".".join(map(str, one)) for one in [release[:-1] + [release[-1] + 1], release + [1]] + lower]
    for guess in guesses:
        try:
            if specifier is None or specifier.contains(Version(guess), prereleases=True):
                return guess
        except InvalidVersion:
            continue
    return None


def stand_in(name, version, metadata):
    """Return a distribution for a file that is not available.

    It has the file's metadata if that is known; otherwise, it has no requirements.
    """
    from pip._vendor.packaging.version import InvalidVersion, Version

    try:
        Version(version)
    except InvalidVersion:
        version = NO_VERSION
    if metadata is None:
        metadata = ("Metadata-Version: 2.1\nName: %s\nVersion: %s\n" % (name, version)).encode("utf-8")
    stem = "%s-%s" % (name.replace("-", "_"), version.replace("-", "_"))
    path = os.path.join(tempfile.mkdtemp(), stem + "-py3-none-any.whl")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(stem + ".dist-info/METADATA", metadata)
        archive.writestr(stem + ".dist-info/WHEEL", b"Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(stem + ".dist-info/RECORD", b"")
    try:
        from pip._internal.metadata import get_wheel_distribution
    except ImportError:  # before 21.1
        from pip._internal.utils.wheel import pkg_resources_distribution_for_wheel

        with zipfile.ZipFile(path) as archive:
            return pkg_resources_distribution_for_wheel(archive, name, path)
    try:
        from pip._internal.metadata.base import FilesystemWheel
    except ImportError:  # 21.1
        return get_wheel_distribution(path, name)
    return get_wheel_distribution(FilesystemWheel(path), canonical(name))
