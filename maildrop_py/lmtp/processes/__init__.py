"""processes: the supervisor, its workers, and the processes of recipients."""
