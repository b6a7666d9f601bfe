"""end_to_end: the program behind real mail servers, seen through a real IMAP server."""
