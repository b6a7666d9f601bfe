"""man: the manual pages, made of the commands' own definitions and of the documents."""
