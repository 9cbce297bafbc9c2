"""The guard of worker threads."""

from cachetui.services.guard import InternalError, guard

edge = guard
__all__ = ["InternalError", "edge"]
