"""One hostile user of a server that root started, and two others who must not notice."""
