"""conditions: one small file each, and the registry that names them all.

To add a condition: write its file, its test under tests/rules/conditions/, and
one line here. The value is `module:class`; a module is loaded when a rule uses
it, so that a condition nobody uses costs nothing.
"""

from __future__ import annotations

CONDITIONS: dict[str, str] = {
    # nested
    "all": "all:All",
    "any": "any:Any_",
    "not": "not_:Not",
    "weigh": "weigh:Weigh",
    # content
    "header": "header:Header",
    "from": "from_:From",
    "to": "to:To",
    "cc": "cc:Cc",
    "reply_to": "reply_to:ReplyTo",
    "address": "address:Address",
    "subject": "subject:Subject",
    "list_id": "list_id:ListId",
    "raw_headers": "raw_headers:RawHeaders",
    "raw_body": "raw_body:RawBody",
    "raw_message": "raw_message:RawMessage",
    "body": "body:Body",
    "html": "html:Html",
    "attachment": "attachment:Attachment",
    "part": "part:Part",
    "defect": "defect:Defect",
    "size": "size:Size",
    "age": "age:Age",
    "date": "date:Date",
    "duplicate": "duplicate:Duplicate",
    # procmail's macros and their parts
    "from_daemon": "from_daemon:FromDaemon",
    "from_mailer": "from_mailer:FromMailer",
    "to_word": "to_word:ToWord",
    "mailing_list": "mailing_list:MailingList",
    "bulk": "bulk:Bulk",
    "bounce": "bounce:Bounce",
    "auto_submitted": "auto_submitted:AutoSubmitted",
    "daemon_sender": "daemon_sender:DaemonSender",
    # envelope
    "sender": "sender:Sender",
    "recipient": "recipient:Recipient",
    "extension": "extension:Extension",
    # sender evidence
    "spf": "spf:Spf",
    "spf_whitelist": "spf_whitelist:SpfWhitelist",
    "auth": "auth:Auth",
    "dnsbl": "dnsbl:Dnsbl",
    "s25r": "s25r:S25R",
    "dynamic_fqdn": "dynamic_fqdn:DynamicFqdn",
    "helo": "helo:Helo",
    "client_ip": "client_ip:ClientIp",
    "client_name": "client_name:ClientName",
    "client_tld": "client_tld:ClientTld",
    "client_country": "client_country:ClientCountry",
    "self_forged": "self_forged:SelfForged",
    "known_sender": "known_sender:KnownSender",
    "misspelt": "misspelt:Misspelt",
    # spam filters' verdicts
    "spam_score": "spam_score:SpamScore",
    "spam_flag": "spam_flag:SpamFlag",
    "bayes": "bayes:Bayes",
    "virus": "virus:Virus",
    # mail already filed
    "folder": "folder:Folder",
    "flags": "flags:Flags",
    "folder_exists": "folder_exists:FolderExists",
    # what earlier rules found
    "var": "var:Var",
    # other programs
    "command": "command:Command",
}

POLICY_CONDITIONS: dict[str, str] = {
    **{
        name: CONDITIONS[name]
        for name in (
            *("all", "any", "not", "weigh", "size", "sender", "recipient", "extension"),
            *("spf", "spf_whitelist", "dnsbl", "s25r", "dynamic_fqdn", "helo", "client_ip"),
            *("client_name", "client_tld", "client_country", "self_forged", "known_sender"),
            "spam_score",
        )
    },
    "authenticated": "authenticated:Authenticated",
    "encrypted": "encrypted:Encrypted",
    "stress": "stress:Stress",
    "attribute": "attribute:Attribute",
}
"""Those of policy files: what needs no header and no body, and what the session says."""
