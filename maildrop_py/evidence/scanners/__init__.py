"""scanners: programs that judge mail when it is delivered, asked over their own protocols.

The protocols are spoken by hand: a client library costs 39 to 94 ms of import
(aiospamc, clamd, httpx), a socket 6 ms, and a delivery has none of these to lose.
"""
