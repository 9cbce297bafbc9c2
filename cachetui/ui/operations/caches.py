"""Find the other caches on this machine, and open one of them in place of the cache that is open."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

from cachetui.services.services import Services
from cachetui.text.format import count
from cachetui.ui.cache_screen import CacheScreen
from cachetui.ui.dialogs.confirm import ConfirmQuestion
from cachetui.ui.messages import OpenCache
from cachetui.ui.workers import run_in_thread

if TYPE_CHECKING:
    from cachetui.caches.source import OtherCache
    from cachetui.ui.dialogs.caches import CacheChoice


async def find_caches(screen: CacheScreen) -> None:
    """Find the other caches on this machine, and their sizes, and set `others` of the screen."""
    screen.others = await run_in_thread(screen.services.other_caches, stop=Event())


async def choose_cache(screen: CacheScreen, first: Services) -> None:
    """Open the cache that the user chooses in a dialog, if any; `first` is the cache that was opened first."""
    from cachetui.ui.dialogs.caches import CachesDialog  # noqa: PLC0415 - the first screen does not wait for it

    async def find() -> tuple[CacheChoice, ...]:
        await find_caches(screen)
        return _choices(screen, first)

    chosen = await screen.app.push_screen_wait(CachesDialog(_choices(screen, first), find))
    if chosen is not None:
        await open_cache(screen, chosen.cache)


def _choices(screen: CacheScreen, first: Services) -> tuple[CacheChoice, ...]:
    """Return the caches that can be opened, beginning with the open one."""
    from cachetui.ui.dialogs.caches import CacheChoice  # noqa: PLC0415 - it is loaded

    here = screen.services
    choices = [CacheChoice(here.tool, here.location.root, screen.model.catalog.disk, True, here)]
    known = [(other.id, other.root) for other in screen.others]
    if first is not here and (first.location.source, first.location.root) not in known:
        choices.append(CacheChoice(first.tool, first.location.root, None, True, first))
    for other in screen.others:
        is_first = (other.id, other.root) == (first.location.source, first.location.root)
        cache = first if is_first else other
        choices.append(CacheChoice(other.title, other.root, other.disk_usage, other.is_whole, cache))
    return tuple(choices)


async def open_cache(screen: CacheScreen, cache: Services | OtherCache) -> None:
    """Open a cache in place of the open one, unless an activity forbids it; ask first if marks would be lost."""
    services = cache if isinstance(cache, Services) else await run_in_thread(screen.services.of, cache)
    # a removal that was agreed to may not have begun yet
    is_removing = any(worker.is_running and worker.group == "removal" for worker in screen.workers)
    if services is screen.services or screen.refuse("open another cache") or is_removing:
        return
    if marked := len(screen.model.marks):
        lost = f"{count(marked, 'entry')} {'is' if marked == 1 else 'are'} marked, and not removed."
        question = ConfirmQuestion(f"Open {services.tool}'s cache?", lost, yes="Yes, open", no="No, stay")
        if not await screen.app.push_screen_wait(question):
            return
    screen.post_message(OpenCache(services))
