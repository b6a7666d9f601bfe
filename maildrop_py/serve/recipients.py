"""recipients: from an address to its mailbox, by what the command line says.

A subaddress, `user+extension@domain`, is its user's unless it is a user itself.
Users and domains are looked up in lower case; the address itself is kept as it
came.
"""

from __future__ import annotations

from maildrop_py.errors import UsageError
from maildrop_py.record import record
from maildrop_py.serve.mailbox import Account, Mailbox
from maildrop_py.serve.path_template import NotAName, Template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.lmtp.address import Address
    from maildrop_py.serve.user_database import Users

KEPT = 4096  # mailboxes, of the addresses that had mail


@record
class Layout:
    """Where everything of a user lies; `log` is None for no log.

    `told_maildir`: the command line names the Maildir, and users' rules do not.
    """

    maildir: Template
    rules: Template
    state: Template
    cache: Template
    log: Template | None
    default_rules: str = ""
    told_maildir: bool = True
    create: bool = False

    def check(self, homes: bool) -> None:
        """Raises UsageError where users would share what must be their own."""
        for name, template in (("maildir", self.maildir), ("state", self.state)):
            if not template.personal:
                raise UsageError(f"--{name} {template.text}: needs {{user}} in it")
        filled = [self.maildir, self.rules, self.state, self.cache, self.log]
        for template in filter(None, filled):
            if template.has("home") and not homes:
                raise UsageError(f"{template.text}: there are no homes: say --home or --users")


class Directory:
    """All mailboxes. `domain` is that of addresses without one; `delimiters` are characters."""

    def __init__(self, users: Users, layout: Layout, delimiters: str, domain: str) -> None:
        self._users, self._layout = users, layout
        self._delimiters, self._domain = delimiters, domain
        self._known: dict[str, Mailbox] = {}

    def mailbox(self, address: Address) -> Mailbox | None:
        """The mailbox of an address; None if there is no such user. Raises Temporary."""
        domain = (address.domain or self._domain).lower()
        local = address.local.lower()
        account, extension = self._users.find(local, domain), ""
        at = min((i for i in map(local.find, self._delimiters) if i > 0), default=0)
        if account is None and at:
            account, extension = self._users.find(local[:at], domain), address.local[at + 1 :]
        if account is None:
            return None
        known = self._known.get(address.text)
        if known is not None and known.account == account:
            return known
        try:
            found = self._mailbox(account, address, domain, extension)
        except NotAName:
            return None
        if len(self._known) >= KEPT:
            self._known.clear()
        self._known[address.text] = found
        return found

    def forget(self) -> None:
        """Users may have changed."""
        self._users.forget()
        self._known.clear()

    def _mailbox(self, account: Account, address: Address, domain: str, extension: str) -> Mailbox:
        layout = self._layout

        def filled(template: Template) -> str:
            return template.fill(account.user, domain, extension, account.home)

        rules = filled(layout.rules)
        return Mailbox(
            account=account,
            recipient=address.text,
            extension=extension or None,
            maildir=filled(layout.maildir),
            rules=rules,
            default_rules=layout.default_rules,
            own_rules=layout.rules.personal,
            rules_home=(account.home or None) if layout.rules.personal else None,
            state=filled(layout.state),
            cache=filled(layout.cache),
            log=filled(layout.log) if layout.log else "",
            own_maildir=not layout.told_maildir,
            create=layout.create,
        )
