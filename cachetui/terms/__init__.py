"""Grammar of terms, which users type to choose entries; terms are parsed into a predicate.

A term is one of two things:

- a name, a pattern or a requirement: `torch`, `"torch"`, `nvidia-*`, `numpy<2`;
- a condition: everything with a qualifier or a measure, such as `kind:wheel`, `is:superseded` or `age>90d`, and every
  term after `not:`, even if it is a name.

Names, patterns and requirements add up: an entry must match one of them. Conditions narrow: an entry must also satisfy
all of them. So `torch numpy<2 age>90d` means (torch or numpy<2) and age>90d. Without a name, the conditions choose from
the whole cache. The order makes no difference. Two requirements for one project add up as well. To choose the versions
that satisfy two comparisons, write both in one requirement: `torch>=2,<3`.

This holds on the command line, in the preferences `protect` and `prune`, and in the rules dialog. In the filter box
there are two differences: `is:marked` is allowed, and a bare word, without an operator, a wildcard, brackets or quotes,
is a condition. It stands for any part of a project's name, a version or a file name, so that each word narrows what the
words before it show.
"""

from cachetui.terms.parser import Predicate, parse_terms

__all__ = ["Predicate", "parse_terms"]
