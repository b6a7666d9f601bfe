"""server: sockets, clients and the threads behind them, in one process."""
