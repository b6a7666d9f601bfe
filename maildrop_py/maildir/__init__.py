"""maildir: the format on disk: names, flags, folders, keywords, quota, locks. Knows no Decision."""
