"""The main screen: the five views of one cache, and the keys and operations that all views share."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Mapping
from threading import Event
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.dom import DOMNode
from textual.reactive import var
from textual.widgets import ContentSwitcher

from cachetui.model import Entry
from cachetui.preferences.model import Preferences, Problem
from cachetui.services.services import Services
from cachetui.ui import messages
from cachetui.ui.activity import WISHES, Activity
from cachetui.ui.audit.view import AuditView
from cachetui.ui.bindings import SCREEN, SHOW, key, key_name
from cachetui.ui.browse.choice import undone_words
from cachetui.ui.browse.columns import ColumnLayout
from cachetui.ui.browse.view import Browse
from cachetui.ui.cache_notices import notice_sentences
from cachetui.ui.cache_screen import CacheScreen, Pythons, Reading
from cachetui.ui.dialogs.help import HERE, Help, explain
from cachetui.ui.health.view import Health
from cachetui.ui.operations.caches import choose_cache, find_caches, open_cache
from cachetui.ui.operations.leaving import quit_app, stop_activity
from cachetui.ui.operations.outlook import find_outlook, renew_outlook
from cachetui.ui.operations.own_commands import instead_of_marking
from cachetui.ui.operations.protection import reload_preferences, toggle_protection
from cachetui.ui.operations.pythons import PythonFound, PythonSearch, SearchFailed, SearchFinished
from cachetui.ui.operations.scan import start_scan
from cachetui.ui.operations.usage import find_usage
from cachetui.ui.settings.view import Settings
from cachetui.ui.why.view import Why
from cachetui.ui.widgets.footer import Footer
from cachetui.ui.widgets.header import Header, Tab, Totals
from cachetui.ui.widgets.notices import Notices
from cachetui.ui.widgets.pips_page import SETTINGS_ARE_PIPS, WHY_IS_PIPS, PipsPage
from cachetui.ui.workers import run_in_thread, start_worker

if TYPE_CHECKING:  # imported for types only, for a faster start
    from cachetui.caches.source import OtherCache

TABS = (
    Tab("browse", "Browse", 1),
    Tab("audit", "Audit", 2),
    Tab("health", "Health", 3, badge=4),
    Tab("why", "Why", 4),
    Tab("settings", "Settings", 5),
)
"""The tabs of the views."""
SETTLED = 1.0
"""Seconds between the first scan and the search for Pythons and caches, so that a short use starts no search."""


class MainScreen(CacheScreen):
    """Screen with the views of one cache, and the operations that concern several views."""

    AUTO_FOCUS = "CacheTree"
    BINDINGS: ClassVar[list[BindingType]] = [
        *SCREEN,
        *[
            key(str(tab.number), f"view('{tab.id}')", tab.name, f"view.{tab.id}", SHOW, f"Go to {tab.name}")
            for tab in TABS
        ],
    ]
    tab: var[str] = var(TABS[0].id)
    """The id of the view that is shown."""
    totals: var[Totals | None] = var(None)
    findings: var[Mapping[str, str]] = var({})
    """The dangers and the damage that Health knows, in words, by the paths of entries."""

    def __init__(
        self,
        services: Services,
        preferences: Preferences,
        problems_of: Callable[[Preferences], tuple[Problem, ...]],
        first: Services | None = None,
    ) -> None:
        """Make the screen of one cache; `problems_of` returns all problems of preferences.

        `first` are the services of the cache that was opened first; None if it is this one.
        """
        super().__init__(services, preferences)
        self.first = first or services
        """The services of the cache that was opened first."""
        self.model.order = ColumnLayout(*preferences.sort, preferences.age, columns=preferences.columns)
        self.model.marks.refused = instead_of_marking(self)
        self.browse = Browse(services, self.model, id="browse")
        self.audit_view = AuditView(services, self.model, id="audit")
        self.health_view = Health(services, self.model, id="health")
        self.why_view = Why(services, self.model, id="why")
        self.settings_view = Settings(services, self.doing, id="settings")
        pages = {"why": WHY_IS_PIPS, "settings": SETTINGS_ARE_PIPS}
        self.pips_pages = () if services.is_pips else tuple([PipsPage(pages[id], services.tool, id) for id in pages])
        """Pages in place of Why and Settings while a cache other than pip's is open."""
        is_made_up, name = services.location.made_up, services.location.name
        signs = [*(["read-only"] if services.read_only else []), *([name] if is_made_up else [])]
        signs += [] if services.is_pips else [services.tool]
        self.header = Header(TABS, "" if is_made_up else name, tuple(signs))
        self.notices = Notices()
        self.footer = Footer()
        self._problems_of = problems_of
        self._search: PythonSearch | None = None
        self._was_asked = False  # whether pip was asked where its cache is

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield self.header.data_bind(MainScreen.tab, MainScreen.totals)
        yield self.notices
        state = CacheScreen.reading, CacheScreen.revision, CacheScreen.marks
        with ContentSwitcher(initial=TABS[0].id, id="views"):
            here = (CacheScreen.pythons, CacheScreen.usage)
            browsed = (CacheScreen.scanned, CacheScreen.activities, MainScreen.findings)
            yield self.browse.data_bind(*state, *here, *browsed)
            yield self.audit_view.data_bind(*state, *here, CacheScreen.outlook, CacheScreen.preferences)
            yield self.health_view.data_bind(*state, CacheScreen.activities)
            if self.services.is_pips:
                yield self.why_view.data_bind(*state)
                yield self.settings_view.data_bind(CacheScreen.pythons, CacheScreen.activities)
            yield from self.pips_pages
        yield self.footer.data_bind(CacheScreen.marks)

    def on_mount(self) -> None:
        """Start the first scan."""
        start_scan(self)

    def on_unmount(self) -> None:
        """Stop the search for Pythons, and let garbage collection include what was read."""
        if self._search is not None:
            self._search.stop()
        gc.unfreeze()

    # Reactions to changes of the state

    def watch_reading(self, reading: Reading) -> None:
        """Find which entries a removal would keep; after the first scan, ask pip for its cache and find Pythons."""
        self._show_notices()
        self._show_totals()
        if reading.inventory is None and not reading.error:
            return
        start_worker(self, find_outlook, self, group="outlook")
        if self._search is not None:
            start_worker(self, find_usage, self, group="usage")
        elif self.services.find_pythons_here:
            self.set_timer(SETTLED, self._search_first)
        is_told = self.services.demo or self.services.location.named or not self.services.is_pips
        if reading.inventory is not None and not (self._was_asked or is_told):
            self._was_asked = True
            start_worker(self, self._ask_pip, group="ask")

    async def _ask_pip(self) -> None:
        self.difference = await run_in_thread(self.services.ask_pip, stop=Event())

    def watch_preferences(self, before: Preferences, preferences: Preferences) -> None:
        """Show the notices again; after a change of the protection or the environments, find what depends on it."""
        self._show_notices()
        if before.protection != preferences.protection:
            start_worker(self, find_outlook, self, group="outlook")
        if before.environments != preferences.environments and self._search is not None:
            start_worker(self, find_usage, self, group="usage")

    def watch_difference(self) -> None:
        """Show the notices again, with the one about the location that pip itself reports."""
        self._show_notices()

    def watch_revision(self) -> None:
        """Show the totals of the cache."""
        self._show_totals()

    def _show_totals(self) -> None:
        catalog, inventory, scanned = self.model.catalog, self.inventory, self.scanned
        if inventory is None:
            is_listed = not self.reading.error and (bool(catalog.projects) or (scanned is not None and scanned.listed))
        else:
            is_listed = bool(catalog.entries or inventory.foreign)
        self.totals = Totals(catalog.disk, catalog.projects, len(catalog.entries)) if is_listed else None

    def _show_notices(self) -> None:
        self.notices.sentences = notice_sentences(
            self.services.location,
            self.inventory,
            self.difference,
            self.preferences,
            self._problems_of(self.preferences),
            key_name(self.app, "cache.rescan"),
            demo=self.services.demo,
        )

    # Views

    @property
    def view(self) -> Browse | AuditView | Health | Why | Settings | PipsPage:
        """The view that is shown."""
        views = (self.audit_view, self.health_view, *(self.pips_pages or (self.why_view, self.settings_view)))
        others: dict[str | None, AuditView | Health | Why | Settings | PipsPage] = {view.id: view for view in views}
        return others.get(self.tab, self.browse)

    @property
    def key_holders(self) -> list[DOMNode]:
        """The nodes whose key bindings work on this screen or in the view that is shown."""
        return [self, self.app, self.view, *self.view.walk_children()]

    def action_view(self, view: str) -> None:
        """Go to a view as soon as it is mounted, because a key may come before the first frame."""
        if not (self.is_mounted and self.query_one(f"#{view}").is_mounted):
            self.call_later(self.action_view, view)
            return
        self.query_one("#views", ContentSwitcher).current = view
        self.tab = view
        renew_outlook(self)
        self.view.activate()

    @on(Header.Chosen)
    def _open_clicked(self, event: Header.Chosen) -> None:
        self.action_view(event.id)

    @on(Health.FindingsChanged)
    def _show_in_details(self, event: Health.FindingsChanged) -> None:
        self.findings = event.words

    @on(Health.BadgeChanged)
    def _show_badge(self, event: Health.BadgeChanged) -> None:
        self.header.badges = {"health": (event.words, event.role)} if event.words else {}

    @on(messages.MarksChanged)
    def _show_marks(self) -> None:
        self.marks = self.model.mark_totals
        renew_outlook(self)

    @on(messages.ShowInBrowse)
    def _show_in_browse(self, event: messages.ShowInBrowse) -> None:
        if event.entry.path in self.model.catalog.entries:
            self.action_view("browse")
            self.browse.reveal(event.entry)

    @on(messages.ShowFilter)
    def _show_filter(self, event: messages.ShowFilter) -> None:
        self.action_view("browse")
        self.browse.filter_by(event.text)

    @on(messages.AskWhy)
    def _ask_why(self, event: messages.AskWhy) -> None:
        self.action_view("why")
        self.why_view.answer(event.text)

    @on(messages.ToggleProtection)
    def _toggle_protection(self, event: messages.ToggleProtection) -> None:
        start_worker(self, toggle_protection, self, event.project, group="protection", exclusive=False)

    @on(PythonFound)
    def _add_python(self, event: PythonFound) -> None:
        self.pythons = Pythons("looking", (*self.pythons.settings, event.settings))

    @on(SearchFinished)
    def _show_all_pythons(self, event: SearchFinished) -> None:
        tags, doubts = event.supported
        self.pythons = Pythons("done", self.pythons.settings, event.working, tags, doubts)

    @on(SearchFailed)
    def _show_search_failed(self, event: SearchFailed) -> None:
        self.fail(event.reason)

    def _search_first(self) -> None:
        if self._search is None:
            self.search_pythons()
            start_worker(self, find_caches, self, group="caches")

    @on(Settings.SearchAgain)
    def search_pythons(self) -> None:
        """Start a new search for Pythons, unless one is running or this machine is not to be searched."""
        if self.services.find_pythons_here and (self._search is None or self.pythons.state == "done"):
            self.pythons = Pythons("looking", (), (), self.pythons.tags, self.pythons.doubts)
            self._search = PythonSearch(self.services, self.post_message)
            start_worker(self, find_usage, self, group="usage")

    @on(Settings.Changed)
    def _take_changed_settings(self, event: Settings.Changed) -> None:
        self.pythons = self.pythons.with_settings(event.settings)

    # Actions of keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable actions that currently have no effect."""
        if action == "stop":
            at_work = self.is_doing(Activity.REMOVING, Activity.EXPORTING)  # while planning, `accepts_key` stops it
            return at_work or (self.is_doing(Activity.SCANNING) and self.inventory is None)
        if action == "undo_marks":
            return self.model.marks.can_undo
        if action in ("caches", "back"):
            return not self.services.demo and (action == "caches" or self.first is not self.services)
        if action == "rescan":
            return self.inventory is not None or not self.is_doing(Activity.SCANNING) or None
        return action not in WISHES or not self.browse.is_plain or None  # `explain_disabled` says why

    def accepts_key(self, event: events.Key) -> bool:
        """Return whether a key should do what it is bound to.

        While a dialog such as the review is being prepared, Esc stops that, and other keys except Ctrl+C are dropped:
        they were meant for the dialog, or for rows that the dialog is about to cover.
        """
        if not self.is_doing(Activity.PLANNING):
            return True
        if event.key == "escape":
            self.action_stop()
        return event.key == "ctrl+c"

    def action_help(self, page: str = HERE) -> None:
        """Show a page of the help, by default the one on the keys that work in this view."""
        about = self.focused.HELP if self.focused is not None else None
        self.app.push_screen(Help(explain(self.key_holders, self), about or "", self.preferences.path, page))

    def action_rescan(self) -> None:
        """Read the cache and the preferences again."""
        if not self.refuse("read it again"):
            start_worker(self, reload_preferences, self, group="preferences")
            start_scan(self, "refreshing" if self.inventory is not None else "")

    def action_review(self) -> None:
        """Review the removal of the marked entries, and remove them if the user agrees.

        If none are marked and Browse is shown, review the row under the cursor, or the chosen range of rows.
        """
        if not self.is_mounted or self.refuse("review"):  # there may be no rows yet
            return
        entries: Collection[Entry] = list(self.model.marks)
        if not entries and self.tab == "browse":
            if (why := self.browse.why_not_chosen) is not None:
                self.notify(why, markup=False)
                return
            entries = self.browse.cache_tree.chosen_entries
        self._remove(entries, purge=False)

    def action_purge(self) -> None:
        """Review the removal of all entries, and remove them if the user types a word."""
        self._remove(self.model.catalog.entries.values(), purge=True)

    def _remove(self, entries: Collection[Entry], *, purge: bool) -> None:
        from cachetui.ui.operations.removal import begin_removal  # noqa: PLC0415 - the first screen does not wait

        begin_removal(self, list(entries), purge=purge)

    def action_rules(self) -> None:
        """Show the rules, and mark the entries that they choose."""
        from cachetui.ui.operations.rules import mark_by_rules  # noqa: PLC0415 - the first screen does not wait for it

        if not self.refuse("choose by rules"):
            self.begin(Activity.PLANNING)  # drop keys from now on, not only once the worker has started
            start_worker(self, mark_by_rules, self, group="rules")

    def check_list(self) -> None:
        """Ask for a list of releases, and mark their files that are in the cache."""
        from cachetui.ui.operations.check import mark_listed  # noqa: PLC0415 - the first screen does not wait for it

        if not self.refuse("check a list"):
            start_worker(self, mark_listed, self, group="rules")

    def action_undo_marks(self) -> None:
        """Undo the last change of marks."""
        undone = self.model.undo_marks()
        self.marks = self.model.mark_totals
        self.refresh_bindings()
        if sentence := undone_words(undone):
            self.notify(sentence, markup=False)

    def action_export(self) -> None:
        """Export the marked entries; if none are marked, export the row under the cursor in Browse."""
        from cachetui.ui.operations.export import export_entries  # noqa: PLC0415 - the first screen does not wait

        if not self.refuse("export"):
            entries = list(self.model.marks) or self.browse.cache_tree.current_entries
            start_worker(self, export_entries, self, entries, group="export")

    def action_caches(self) -> None:
        """List the caches on this machine, and open the one that the user chooses."""
        if not self.refuse("open another cache"):
            start_worker(self, choose_cache, self, self.first, group="open")

    def open_cache(self, cache: Services | OtherCache) -> None:
        """Open another cache in place of this one; ask first if marks would be lost."""
        start_worker(self, open_cache, self, cache, group="open")

    def action_back(self) -> None:
        """Go back to the cache that was opened first."""
        self.open_cache(self.first)

    def action_stop(self) -> None:
        """Stop planning, exporting or reading; ask before stopping a removal."""
        stop_activity(self)

    def quit(self, exit_code: int = 0) -> None:
        """End the app; ask first if something would be lost."""
        start_worker(self, quit_app, self, exit_code, group="quit")
