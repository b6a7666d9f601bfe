"""convert: rule files of other programs into rules, and the proof that both do the same."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import date

import click

from maildrop_py.cli.completion import a_path
from maildrop_py.convert.conversion import Included, Source, converted, task_of
from maildrop_py.convert.converted_rules import ConvertedRules, name_apart, text_of
from maildrop_py.convert.friendlier import friendlier
from maildrop_py.convert.proof import report
from maildrop_py.convert.proof.run import Message, Proof, processors, prove
from maildrop_py.convert.proof.samples import MADE, samples
from maildrop_py.convert.recognise import LANGUAGES
from maildrop_py.convert.source_file import reader_beside, source_in, user_named_in
from maildrop_py.intake.message_files import messages_in
from maildrop_py.paths import UserPaths
from maildrop_py.refile.maildir_messages import ListedMaildirs
from maildrop_py.report.progress import progress
from maildrop_py.rules.language.settings import Settings
from maildrop_py.set_up.program_path import module_command
from maildrop_py.translation import text

WHOLE, WITH_GAPS, DIFFERENT = 0, 1, 1


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--from", "language", type=click.Choice(LANGUAGES), help="What FILE is.")
@click.option("--output", "-o", type=a_path, help="Write the rules here instead of printing them.")
@click.option("--home", type=a_path, help="The home directory that $HOME in FILE means.")
@click.option("--user", help="The user's name, $LOGNAME.")
@click.option(
    "--prove", "archives", type=a_path, multiple=True, help="Compare on this Maildir or mbox too."
)
@click.option("--prove-samples", is_flag=True, help="Compare on messages made from FILE alone.")
@click.option("--json", "as_json", is_flag=True, help="The proof as JSON.")
def convert(
    file: str,
    language: str | None,
    output: str | None,
    home: str | None,
    user: str | None,
    archives: tuple[str, ...],
    prove_samples: bool,
    as_json: bool,
) -> None:
    """Make rules from FILE, a procmailrc, Sieve script or mailfilter.

    With --prove, the program that FILE is for runs beside the rules.

    What cannot be translated is a comment that begins with GAP. The status is 0 if
    there is none and nothing differs, 1 if not.
    """
    included = Included(reader_beside(file))
    whose = home or UserPaths(os.environ).home, user or user_named_in(os.environ)
    source = source_in(file, language, *whose, included, date.today())
    result = converted(source)
    name_apart(result.rules)
    proving = bool(archives) or prove_samples
    proof = _prove(source, included, result, archives, as_json) if proving else None
    if proof is not None and archives:
        result = friendlier(result, proof.same_if_friendlier)
    _write(text_of(result), output, hidden=proving and as_json)
    same = proof is None or not proof.differing
    sys.exit(WHOLE if same and not result.gaps else WITH_GAPS)


def _write(rules: str, output: str | None, hidden: bool) -> None:
    if output:
        with open(output, "w", encoding="utf-8") as file:
            file.write(rules)
    elif not hidden:
        click.echo(rules, nl=False)


def _prove(
    source: Source,
    included: Included,
    result: ConvertedRules,
    archives: tuple[str, ...],
    as_json: bool,
) -> Proof:
    made = [(f"{MADE}{one.line}", one.message) for one in samples(result.asked)]
    messages = [*made, *_archived(archives)]
    worker = module_command("maildrop_py.convert.proof.rules_worker")
    try:
        with progress(text("proving"), len(messages)) as advance:
            found: Proof = prove(
                task_of(source, included.texts, bool(archives)),
                messages,
                worker,
                processors(),
                advance,
            )
    except OSError as error:
        raise click.ClickException(str(error.strerror or error)) from None
    if as_json:
        click.echo(json.dumps(report.as_json(found, result), ensure_ascii=False))
    else:
        for line in report.lines(found, result):
            click.echo(line, err=True)
    return found


def _archived(archives: tuple[str, ...]) -> Iterator[Message]:
    walk = ListedMaildirs(
        Settings(), None, lambda what, why: click.echo(f"{what}: {why}", err=True)
    )
    for found in messages_in(archives, walk) if archives else ():
        yield found.path, found.message.content()
