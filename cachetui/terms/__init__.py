"""The term grammar: what a user types to choose entries, turned into a predicate on them."""

from cachetui.terms.parser import Predicate, parse_terms

__all__ = ["Predicate", "parse_terms"]
