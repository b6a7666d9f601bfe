"""refile: carries Decisions out for messages that are in a Maildir already."""
