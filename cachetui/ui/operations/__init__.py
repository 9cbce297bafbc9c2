"""Operations that concern several views: scan, removal, export, rules, preferences."""
