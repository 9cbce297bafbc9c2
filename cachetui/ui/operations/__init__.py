"""Operations that cross views: scan, removal, export, rules, preferences."""
