"""recipients: finds the mailbox of an address.

A subaddress, `user+extension@domain`, belongs to `user`, unless it is a user
itself. Users and domains are looked up in lower case; the address itself is kept
as it came.
"""

from __future__ import annotations

from maildrop_py.errors import UsageError
from maildrop_py.record import record
from maildrop_py.serve.mailbox import Account, Mailbox
from maildrop_py.serve.path_template import PathTemplate, UnsafeName

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.lmtp.address import EnvelopeAddress
    from maildrop_py.serve.user_database import UserDatabase

KEPT = 4096  # mailboxes, of the addresses that had mail


@record
class MailboxPaths:
    """Where the files of a user are; `log` is None for no log.

    `maildir_given`: the command line names the Maildir, so users' rules may not.
    """

    maildir: PathTemplate
    rules: PathTemplate
    state: PathTemplate
    cache: PathTemplate
    log: PathTemplate | None
    default_rules: str = ""
    maildir_given: bool = True
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


class Recipients:
    """All mailboxes. `domain` is for addresses without one; each of `delimiters` counts."""

    def __init__(
        self, users: UserDatabase, layout: MailboxPaths, delimiters: str, domain: str
    ) -> None:
        self._users, self._layout = users, layout
        self._delimiters, self._domain = delimiters, domain
        self._known: dict[tuple[str, str], Mailbox] = {}  # by local part and domain, as written

    def mailbox(self, address: EnvelopeAddress) -> Mailbox | None:
        """The mailbox of an address; None if there is no such user. Raises Temporary."""
        domain = (address.domain or self._domain).lower()
        local = address.local.lower()
        account, extension = self._users.find(local, domain), ""
        at = min((i for i in map(local.find, self._delimiters) if i > 0), default=0)
        if account is None and at:
            account, extension = self._users.find(local[:at], domain), address.local[at + 1 :]
        if account is None:
            return None
        key = address.local, address.domain
        known = self._known.get(key)
        if known is not None and (known.account is account or known.account == account):
            return known
        try:
            found = self._mailbox(account, address, domain, extension)
        except UnsafeName:
            return None
        if len(self._known) >= KEPT:
            self._known.clear()
        self._known[key] = found
        return found

    def forget(self) -> None:
        """Users may have changed."""
        self._users.forget()
        self._known.clear()

    def _mailbox(
        self, account: Account, address: EnvelopeAddress, domain: str, extension: str
    ) -> Mailbox:
        layout = self._layout

        def filled(template: PathTemplate) -> str:
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
            own_maildir=not layout.maildir_given,
            create=layout.create,
            base=layout.maildir.base,
        )
