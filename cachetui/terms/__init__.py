"""Grammar of terms, which users type to choose entries; terms are parsed into a predicate."""

from cachetui.terms.parser import Predicate, parse_terms

__all__ = ["Predicate", "parse_terms"]
