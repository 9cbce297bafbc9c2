"""Operations that concern several views, such as scans, removals and exports."""
