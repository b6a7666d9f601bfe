"""trusted_headers: what servers on our side wrote into the header about the sender.

A field counts only if it begins above the border's Received line, where no
sender can write, and Authentication-Results only if its server is one of the
configured authserv-ids (RFC 8601 5). Whatever stands below can be forged, so it
is not even read.

An SPF result counts only if it is about the border's client and the message's
own sender: an inner relay that checks its neighbour finds out nothing about the
sender.

Known limits: Received-SPF does not say reliably who wrote it; its place in the
header has to do.
"""

from __future__ import annotations

from maildrop_py.evidence import domains, result_fields
from maildrop_py.evidence.spf import RESULTS, Spf
from maildrop_py.message import ip
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.border import Border
    from maildrop_py.evidence.result_fields import AuthenticationResults, Finding
    from maildrop_py.message.headers import Field, Headers

_FORMER_NAMES = {"hardfail": "fail", "unknown": "permerror", "error": "temperror"}


@record
class Authentication:
    """What trusted servers found, the one nearest to us first.

    `unknown` is the reason why nothing is known; "" where at least one of them
    has spoken, even if it was not about the method one asks for.
    """

    findings: tuple[Finding, ...] = ()
    servers: tuple[str, ...] = ()
    unknown: str = ""

    def of(self, method: str) -> tuple[Finding, ...]:
        """The findings of `method`, such as `dkim`: one for each signature or server."""
        return tuple(finding for finding in self.findings if finding.method == method)


def authentication(
    headers: Headers, border: Border, authserv_ids: tuple[str, ...]
) -> Authentication:
    """The results of the servers named `authserv_ids`, from above the border."""
    if not authserv_ids:
        return Authentication(unknown="no authserv_ids are configured")
    fields = _trusted_results(headers, border, authserv_ids)
    if not fields:
        names = ", ".join(authserv_ids)
        return Authentication(unknown=f"no Authentication-Results of {names} above the border")
    findings = tuple(finding for field in fields for finding in field.findings)
    return Authentication(findings, tuple(field.server for field in fields))


def spf(headers: Headers, border: Border, authserv_ids: tuple[str, ...]) -> Spf | None:
    """The SPF result that the server nearest to the border wrote down; None if there is none."""
    if border.address is None or border.sender is None:
        return None
    for field in reversed(_above(headers, "Received-SPF", border)):
        found = _from_received_spf(_text(field), border)
        if found is not None:
            return found
    for results in reversed(_trusted_results(headers, border, authserv_ids)):
        for finding in results.findings:
            found = _from_finding(finding, results.server, border)
            if found is not None:
                return found
    return None


def _trusted_results(
    headers: Headers, border: Border, authserv_ids: tuple[str, ...]
) -> list[AuthenticationResults]:
    wanted = {name.lower() for name in authserv_ids}
    fields = _above(headers, "Authentication-Results", border)
    read = [result_fields.authentication_results(_text(field)) for field in fields]
    return [results for results in read if results is not None and results.server in wanted]


def _above(headers: Headers, name: str, border: Border) -> list[Field]:
    return [field for field in headers.all(name) if field.span[0] < border.offset]


def _text(field: Field) -> str:
    """The value as the server wrote it: encoded words are the sender's, and stay encoded."""
    return str(field.raw, "utf-8", "replace")


def _from_received_spf(text: str, border: Border) -> Spf | None:
    field = result_fields.received_spf(text)
    client = ip.parse(field.value("client-ip")) if field else None
    if field is None or client is None or client != border.address:
        return None
    kind = field.value("identity").lower() or ("mailfrom" if border.sender else "helo")
    said = field.value("helo" if kind == "helo" else "envelope-from")
    return _result(field.result, kind, said, border, "Received-SPF")


def _from_finding(finding: Finding, server: str, border: Border) -> Spf | None:
    if finding.method != "spf":
        return None
    kind = "mailfrom" if finding.value("smtp.mailfrom") and border.sender else "helo"
    said = finding.value(f"smtp.{kind}")
    return _result(finding.result, kind, said, border, f"Authentication-Results of {server}")


def _result(result: str, kind: str, said: str, border: Border, source: str) -> Spf | None:
    """The result if it is one, and about this sender; a temperror is worth another try."""
    result = _FORMER_NAMES.get(result, result)
    if result not in RESULTS or result == "temperror":
        return None
    identity = border.sender or border.helo or ""
    domain = _domain(identity)
    if kind != ("mailfrom" if border.sender else "helo") or not domain or _domain(said) != domain:
        return None
    return Spf(result, domain, kind, source=source)


def _domain(text: str) -> str | None:
    """The domain of an address, which may be a domain alone."""
    return domains.ascii_domain(text.strip("<>").rpartition("@")[2])
