"""questions: conditions of a recipe as tests of the rule language, where they have one."""

from __future__ import annotations

from typing import Any

from maildrop_py.convert.predicate import Test, every, negated
from maildrop_py.convert.procmail import conditions
from maildrop_py.convert.procmail.commands import program
from maildrop_py.convert.procmail.conditions import Question
from maildrop_py.convert.procmail.environment import Unknown, as_template, is_marked, names_in
from maildrop_py.convert.procmail.expressions import (
    MARKS,
    MATCH,
    Expression,
    NotTranslatable,
    marked,
    translate,
)
from maildrop_py.convert.state import MESSAGE, State
from maildrop_py.rules.matching.engine import BadExpression, compiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.procmail.tree import Recipe

KEYS = {"H": "raw_headers", "B": "raw_body", "HB": "raw_message"}
MACROS = {"^FROM_DAEMON": "from_daemon", "^FROM_MAILER": "from_mailer"}


class Asked:
    """What a recipe's conditions came to: a predicate, what is remarked, what MATCH is then."""

    def __init__(self) -> None:
        self.predicate: Predicate = True
        self.remarks: list[str] = []
        self.match: str | None = None


def ask(recipe: Recipe, state: State) -> Asked:
    """All conditions of a recipe; raises Unknown or NotTranslatable."""
    asked = Asked()
    area = "".join(flag for flag in "HB" if flag in recipe.flags) or "H"
    minds_case = "D" in recipe.flags
    weighed: list[tuple[Question, Predicate]] = []
    questions = [conditions.read(line.text, area, state.environment) for line in recipe.conditions]
    state.asked.append((recipe.line, tuple(questions)))
    for question in questions:
        before = asked.match
        predicate = _one(question, recipe, minds_case, state, asked)
        if asked.match is not None and asked.match != before and is_marked(asked.match):
            found = every(state.use(state.reach), asked.predicate, predicate)
            state.found[names_in(asked.match)[0]] = state.note(found, recipe.line)
        if question.weight is not None:
            weighed.append((question, predicate))
            continue
        asked.predicate = every(asked.predicate, predicate)
    if weighed:
        asked.predicate = every(asked.predicate, _weighed(weighed, state))
    return asked


def _one(
    question: Question, recipe: Recipe, minds_case: bool, state: State, asked: Asked
) -> Predicate:
    if question.kind == "nothing":
        return True if question.weight is None else not question.negated
    if question.kind == "expression":
        found = _expression(question, recipe, minds_case, state, asked)
    elif question.kind == "size":
        found = _size(question, state)
    else:
        found = _program(question, state)
    return negated(found) if question.negated else found


def _expression(
    question: Question, recipe: Recipe, minds_case: bool, state: State, asked: Asked
) -> Predicate:
    if question.of_message and question.area == "H" and question.text in MACROS:
        return Test(MACROS[question.text], True, ((MESSAGE, state.message_age),))
    expression = translate(question.text, minds_case, bool(question.power))
    asked.remarks += expression.remarks
    if f"{MARKS[0]}~" in question.text:
        asked.remarks.append(
            "an unquoted variable is an expression to procmail; here it is the text itself"
        )
    if question.of_message:
        return _of_message(question, expression, recipe, state, asked)
    return _of_variable(question, expression, recipe, state, asked)


def _of_message(
    question: Question, expression: Expression, recipe: Recipe, state: State, asked: Asked
) -> Predicate:
    if state.broken:
        raise Unknown(state.broken)
    values = _named(expression, recipe, state, asked, question)
    marks = [(MESSAGE, state.message_age)]
    marks += [(name, state.age(name)) for name in names_in(question.text)]
    return Test(KEYS[question.area], _single(values), tuple(marks))


def _of_variable(
    question: Question, expression: Expression, recipe: Recipe, state: State, asked: Asked
) -> Predicate:
    value = state.environment.get(question.area) or ""
    names = names_in(value)
    if not names and not names_in(question.text):
        return _settled(question, expression, value, asked)
    if is_marked(value) and value == marked(names[0], value[1] == "="):
        name = names[0]
    else:
        raise Unknown(f"${question.area} is made of several parts that only the mail tells")
    values = _named(expression, recipe, state, asked, question)
    marks = [(each, state.age(each)) for each in (name, *names_in(question.text))]
    return Test("var", {name: _single(values)}, tuple(marks))


def _settled(question: Question, expression: Expression, value: str, asked: Asked) -> bool:
    """What is known now: neither the value nor the expression depends on mail."""
    for each in expression.alternatives:
        try:
            pattern = compiled("(?m)" + each, latin1=True)
        except BadExpression as error:
            raise NotTranslatable(str(error)) from None
        data = value.encode("latin-1", "replace")
        spans = pattern.spans(data)
        if spans is not None:
            if expression.captures and not question.negated:
                asked.match = pattern.named(data, spans).get(MATCH, "")
            return True
    return False


def _named(
    expression: Expression, recipe: Recipe, state: State, asked: Asked, question: Question
) -> list[str]:
    """The alternatives, MATCH's group under a name of its own."""
    values = list(expression.alternatives)
    for value in values:
        try:
            compiled(
                "(?m)" + value.replace("{", r"\{") if is_marked(question.text) else "(?m)" + value,
                latin1=True,
            )
        except BadExpression as error:
            raise NotTranslatable(f"RE2 says: {error}") from None
    if expression.captures and not question.negated:
        name = state.free_name(f"{MATCH}_{recipe.line}")
        values = [value.replace(f"(?P<{MATCH}>", f"(?P<{name}>") for value in values]
        asked.match = marked(name, literal=False)
    return values


def _single(values: list[str]) -> Any:
    return values[0] if len(values) == 1 else values


def _size(question: Question, state: State) -> Predicate:
    if not question.of_message:
        size = len((state.environment.get(question.area) or "").encode("latin-1", "replace"))
        number = int(question.text[2:])
        return size < number if question.text[0] == "<" else size > number
    if (question.explicit and question.area != "HB") or question.weight is not None:
        raise NotTranslatable("a size of the header or the body alone, or one that is weighed")
    if state.broken:
        raise Unknown(state.broken)
    return Test("size", question.text, ((MESSAGE, state.message_age),))


def _program(question: Question, state: State) -> Predicate:
    if question.weight is not None:
        raise NotTranslatable("a program that is weighed")
    if state.broken:
        raise Unknown(state.broken)
    part = {"H": "header", "B": "body", "HB": ""}.get(question.area, "")
    called = program(question.text, state.environment, part)
    value = called if isinstance(called, dict) else {"run": called}
    value = {**value, "no_on": "1-255"}  # procmail takes every status but 0 for no
    return Test("command", value, ((MESSAGE, state.message_age),), repeatable=False)


def _weighed(weighed: list[tuple[Question, Predicate]], state: State) -> Predicate:
    """procmail's scoring: the sum of all must be more than nothing."""
    if conditions.counts_lines(tuple(question for question, _ in weighed)):
        return Test("raw_body", "\\n", ((MESSAGE, state.message_age),))
    entries: list[dict[str, Any]] = []
    total = 0.0
    marks: list[tuple[str, int]] = []
    for question, predicate in weighed:
        assert question.weight is not None
        if isinstance(predicate, bool):
            total += question.weight * predicate
            continue
        from maildrop_py.convert.predicate import as_when, tests_of

        entry = {**as_when(predicate), "score": _number(question.weight)}
        if question.power and not question.negated:
            entry["each"] = True if question.power == 1 else _number(question.power)
        entries.append(entry)
        marks += [mark for test in tests_of(predicate) for mark in test.marks]
    if not entries:
        return total > 0
    value: Any = entries
    wanted = f"> {_number(-total)}" if total else "> 0"
    return Test("weigh", {"entries": value, "total": wanted}, tuple(dict.fromkeys(marks)))


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value


__all__ = ["Asked", "as_template", "ask"]
