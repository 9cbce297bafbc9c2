"""Grammar of terms: parse what a user types to choose entries into a predicate."""

from cachetui.terms.parser import Predicate, parse_terms

__all__ = ["Predicate", "parse_terms"]
