"""schema_texts: rules that the schema must take, and rules that it must not."""

from __future__ import annotations

RIGHT = r"""
{}
---
{rules: , include: , examples: }
---
maildir: ~/Maildir
layout: fs
folder_encoding: utf-8
trust: {networks: [192.0.2.0/24, "::1"], authserv_ids: mx.example.com}
dns: {timeout: 2.5, nameservers: ["127.0.0.1:5353"]}
me: [example.com, mika@example.org]
sendmail: /usr/lib/sendmail
allow_commands: true
special_use: {Junk: Spam, \Trash: Deleted/old}
include: [builtin:lists, builtin:spam]
---
allow_commands: true
rules:
  - then: {flags: seen}
  - {include: builtin:lists}
  - name: 1
    when: {subject: 2026, size: 10MB, age: "> 30d and < 1y", spam_score: [5, "< -3"]}
    then: {file: 2026/old}
  - when: {from: [a@example.org, {regex: b}, {contains: [c, d]}], to: {is: e}, cc: {glob: "f*"}}
    then: {copy: A, add_header: {X-A: b}, remove_header: [X-C, X-D], set: {who: me}, score: -1.5}
  - when: {header: {X-A: {exists: false}, X-B: [c, {is: d}]}, list_id: {exists: true}}
    then: {file: A, flags: [seen, $Work], continue: true}
  - when:
      header:
        X-A: [b, {number: 5}, {index: -1, is: a, case: true}, {count: "> 2"}]
        X-B: {count: 1}
      to: {count: "> 20"}
      folder_exists: [A, \Junk, "B/{user}"]
      attachment: {name: a, type: [b, c], size: "> 5MB", header: {Content-Disposition: {is: d}}}
      part: {type: text/calendar, text: '^METHOD:REQUEST$'}
      duplicate: {header: X-Event, for: 7d, handle: mine}
      date: {of: now, zone: +09:00, weekday: [sat, sun], hour: 8-17, day: 1, until: "2026-12-24"}
      subject: {regex: [A, B], case: false}
    then: {file: A}
  - when: {attachment: {name: '\.exe$'}, not: {attachment: true}, any: {bulk: true, bounce: true}}
    then: {discard: true}
  - when: {all: [{any: [{subject: a}, {body: b}]}, {folder: A*, flags: [seen, $x]}]}
    then: {reject: not here}
  - when: {weigh: [{subject: a, score: 2}, {bulk: true, body: b, score: -1}], total: ">= 2"}
    then: {forward: me@example.com}
  - when: {spf: [pass, fail], spf_whitelist: ["*@a.example", .b.example], auth: {dkim: pass}}
    then: {file: A}
  - when: {dnsbl: zen.example, s25r: true, dynamic_fqdn: false, helo: no_dot, client_ip: "::1"}
    then: {file: A}
  - when: {dnsbl: [a.example, {zone: b.example, codes: [2, 4-7, 127.0.1.2]}], s25r: [0, 1]}
    then: {file: A}
  - when: {s25r: {rules: 1, except: [.a.example, b.example]}, auth: {arc: [none, fail]}}
    then: {file: A}
  - when: {dynamic_fqdn: {except: "*.a.example"}, client_name: {glob: "*.b"}, client_tld: [br, no]}
    then: {file: A}
  - when: {self_forged: true, known_sender: false, misspelt: [a, b], helo: [literal, own_name]}
    then: {file: A}
  - when: {misspelt: {words: a, distance: 0, innocent: [c]}}
    then: {file: A}
  - when:
      weigh: [{raw_headers: a, score: 1, each: true}, {raw_body: [b], score: 2, each: 0.5}]
      var: {who: [^me$, a]}
      raw_message: a
      command: {run: [a, "{who}"], environment: {A: "{who}"}, part: header}
    then:
      rename_header: {A: B}
      add_header: {X: {text: a, if_absent: true, at: end}, Y: {text: b, at: place}}
      now: true
      set: {b: {output: [/bin/date]}}
      filter: {run: /bin/cat, part: body}
      flags: {add: seen, remove: [flagged, $x]}
      defer: later
  - when: {command: [/bin/true, a b], sender: "", recipient: "*@example.com", extension: x}
    then: {pipe: /bin/cat}
  - then: {forward: a@b, otherwise: {pipe: [a], copy: B, flags: [seen]}}
  - then: {filter: [a], otherwise: {flags: [$Bad], add_header: {X: y}}}
  - when: {subject: a}
    rules:
      - {then: {file: A}}
      - {when: {subject: b}, rules: [{include: builtin:forged}], else: {file: C}}
    else: [{name: x, then: {file: B}}]
  - {when: {subject: a}, then: {score: 1}, else: {score: 2}}
  - then: {flags: {set: []}}
  - then: {flags: {set: [seen]}}
examples:
  - message: {headers: {A: [b, c]}, body: text}
    envelope: {sender: "", authenticated: true}
    evidence:
      duplicate: true
      known: false
      spf: softfail
      dnsbl: {zen.example: [2, 127.0.0.4], b.example: []}
      auth: {dkim: pass, dmarc: fail}
      folders: [A, 2026]
    filed: {folder: INBOX, flags: [seen], age: 3d}
    expect: {rule: 1, file: null, copies: [], flags: [], discard: false, reject: true, score: 1}
"""

WRONG = r"""
rule: []
---
maildir: [a]
---
layout: maildir
---
dns: {timeout: 0}
---
special_use: {Jnk: Spam}
---
special_use: {Junk: [a]}
---
trust: {network: 192.0.2.0/24}
---
rules: [{name: a}]
---
rules: [{when: {subject: a}}]
---
rules: [{rules: [{then: {file: A}}]}]
---
rules: [{then: {file: A}, else: {file: B}}]
---
rules: [{when: {subject: a}, rules: []}]
---
rules: [{when: {subject: a}, rules: [{then: {fil: A}}]}]
---
rules: [{when: {subject: a}, else: [{when: {subjct: a}, then: {file: A}}]}]
---
rules: [{when: {subjekt: a}, then: {file: A}}]
---
rules: [{when: {}, then: {file: A}}]
---
rules: [{when: {subject: {matches: a}}, then: {file: A}}]
---
rules: [{when: {subject: {is: a, contains: b}}, then: {file: A}}]
---
rules: [{when: {subject: {is: a, contains: b, case: true}}, then: {file: A}}]
---
rules: [{when: {subject: {case: true}}, then: {file: A}}]
---
rules: [{when: {body: {index: 1, is: a}}, then: {file: A}}]
---
rules: [{when: {header: {X: {index: 0, is: a}}}, then: {file: A}}]
---
rules: [{when: {header: {X: {index: 1}}}, then: {file: A}}]
---
rules: [{when: {header: {X: {count: many}}}, then: {file: A}}]
---
rules: [{when: {to: {count: 1, is: a}}, then: {file: A}}]
---
rules: [{when: {date: {}}, then: {file: A}}]
---
rules: [{when: {date: {hours: 1}}, then: {file: A}}]
---
rules: [{when: {duplicate: {seconds: 5}}, then: {file: A}}]
---
rules: [{when: {duplicate: {header: X, text: y}}, then: {file: A}}]
---
rules: [{when: {subject: []}, then: {file: A}}]
---
rules: [{when: {header: {}}, then: {file: A}}]
---
rules: [{when: {bulk: maybe}, then: {file: A}}]
---
rules: [{when: {size: big}, then: {file: A}}]
---
rules: [{when: {attachment: {length: 3}}, then: {file: A}}]
---
rules: [{when: {attachment: {size: big}}, then: {file: A}}]
---
rules: [{when: {part: true}, then: {file: A}}]
---
rules: [{when: {flags: unread}, then: {file: A}}]
---
rules: [{then: {flags: {}}}]
---
rules: [{then: {file: A, otherwise: {file: B}}}]
---
rules: [{then: {forward: a@b, otherwise: {}}}]
---
rules: [{then: {forward: a@b, otherwise: {discard: true}}}]
---
rules: [{then: {flags: {remove: unread}}}]
---
rules: [{then: {flags: {add: []}}}]
---
rules: [{when: {total: 3}, then: {file: A}}]
---
rules: [{when: {spf: passed}, then: {file: A}}]
---
rules: [{when: {auth: {dkim: ok}}, then: {file: A}}]
---
rules: [{when: {dnsbl: {codes: 2}}, then: {file: A}}]
---
rules: [{when: {dnsbl: {zone: a.example, codes: two}}, then: {file: A}}]
---
rules: [{when: {s25r: 7}, then: {file: A}}]
---
rules: [{when: {s25r: {white: a}}, then: {file: A}}]
---
rules: [{when: {helo: dot}, then: {file: A}}]
---
rules: [{when: {misspelt: {distance: 1}}, then: {file: A}}]
---
rules: [{when: {misspelt: {words: a, distance: 5}}, then: {file: A}}]
---
rules: [{when: {weigh: [{subject: a}]}, then: {file: A}}]
---
rules: [{then: {}}]
---
rules: [{then: {file: /etc}}]
---
rules: [{then: {file: a//b}}]
---
rules: [{then: {file: ../a}}]
---
rules: [{then: {file: A, discard: true}}]
---
rules: [{then: {discard: true, continue: true}}]
---
rules: [{then: {discard: false}}]
---
rules: [{then: {flags: [seen, read]}}]
---
rules: [{then: {score: much}}]
---
rules: [{include: builtin:lists, then: {file: A}}]
---
examples: [{message: {headers: {A: b}}}]
---
examples: [{message: {headers: {A: b}}, expect: {}}]
---
examples: [{message: {headers: {A: b}}, expect: {folder: A}}]
---
examples: [{message: {}, evidence: {moon: true}, expect: {file: A}}]
"""
