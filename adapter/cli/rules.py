"""`adapter rules`."""

from collections import Counter
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from adapter.cli.exit_code import Outcome
from adapter.cli.files import FORM, INPUT, PRIOR, documents_of
from adapter.cli.known_name import PAYER, PAYER_KEY, RULE_ID
from adapter.cli.mappings import MAPPINGS, runtime_with
from adapter.cli.show import err, out, print_json, show_issues
from adapter.issues import Severity
from adapter.rules.description import describe_explanation, describe_policy, describe_rule, latest
from adapter.rules.explanation import Explanation, RuleOutcome
from adapter.rules.registry import RULE, RULES

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
_STYLE = {"fired": "red", "passed": "green", "not-applicable": "dim", "skipped": "yellow"}


@click.group("rules")
def rules_commands() -> None:
    """List, show and explain the coding rules for 0731T, and the policies of payers.

    \b
    Examples:
      adapter rules list
      adapter rules show MOD-45
      adapter rules explain fhir_examples/complete
    """


@rules_commands.command("list")
@MAPPINGS
@click.option("--payer", type=PAYER_KEY, help="Only what this payer wants: the rules that its policy changes, and the policy.")
@_JSON
def list_command(*, mappings: str | None, payer: str | None, as_json: bool) -> None:
    """List every rule: id, default severity, what payers want instead, and title; then the policies.

    \b
    Examples:
      adapter rules list
      adapter rules list --payer aetna
      adapter rules list --mappings my-mappings --json
    """
    policies = runtime_with(mappings).policies
    chosen = [policy for policy in latest(policies) if payer in (None, policy.key)]
    rules = [rule for rule in RULES if payer is None or any(rule.id in policy.severities for policy in chosen)]
    if as_json:
        rows = [describe_rule(rule, policies) for rule in rules]
        print_json({"rules": rows, "policies": [describe_policy(policy) for policy in chosen]})
        return
    table = _table("rule", "severity", "payers", "title")
    for rule in rules:
        payers = ", ".join(f"{policy.key}: {policy.severities[rule.id]}" for policy in chosen if rule.id in policy.severities)
        table.add_row(rule.id, rule.severity.value, payers, rule.title)
    out.print(table)
    held = _table("policy", "payer", "rests on")
    for policy in chosen:
        held.add_row(policy.key, policy.name, policy.standing)
    out.print(held)


@rules_commands.command("show")
@click.argument("rule_id", metavar="ID", type=RULE_ID)
@MAPPINGS
@_JSON
def show_command(*, rule_id: str, mappings: str | None, as_json: bool) -> None:
    """Show one rule: what is wrong, what to do, how bad it is for whom, and who says so.

    \b
    Examples:
      adapter rules show MOD-21
      adapter rules show UNT-01 --json
    """
    policies = runtime_with(mappings).policies
    rule = RULE[rule_id]
    if as_json:
        print_json(describe_rule(rule, policies))
        return
    out.print(Text.assemble((rule.id, "bold"), f"  {rule.title}"))
    out.print(Text(f"  {rule.text}"))
    for variant in rule.variants:
        out.print(Text(f"  {variant.name}: {variant.severity or rule.severity}: {variant.text or rule.text}"))
    out.print(Text(f"  severity: {rule.severity} ({rule.code})"))
    for policy in latest(policies):
        if rule.id in policy.severities:
            out.print(Text(f"  {policy.key}: {policy.severities[rule.id]} ({policy.standing})"))
    out.print(Text(f"  source: {rule.source}"))


@rules_commands.command("explain")
@click.argument("files", nargs=-1, required=True, type=INPUT)
@FORM
@PRIOR
@MAPPINGS
@PAYER
@click.option("--all", "whole", is_flag=True, help="Show every rule, including those that passed or do not apply.")
@_JSON
def explain_command(
    *,
    files: tuple[Path, ...],
    form: str | None,
    prior: tuple[Path, ...],
    mappings: str | None,
    payer: str | None,
    whole: bool,
    as_json: bool,
) -> int:
    """Say what became of every rule for the documents of ONE encounter, and which modifiers its facts defend.

    What fired comes first, errors before warnings, and then which facts are missing; rules that passed or do not apply are
    counted, and told with --all.

    \b
    Examples:
      adapter rules explain fhir_examples/complete
      adapter rules explain encounter.json ai_report.json --json | jq '.rules[] | select(.outcome == "fired")'
    """
    runtime = runtime_with(mappings)
    conversion = runtime.convert(documents_of(files, form), prior=documents_of(prior), changes={"payer": payer})
    if conversion.explanation is None:
        show_issues(conversion.issues, documents=conversion.documents)
        err.print("the documents could not be read: fix the errors above", style="bold red")
        return Outcome.ISSUES
    if as_json:
        print_json(describe_explanation(conversion.explanation))
    else:
        _show(conversion.explanation, whole=whole)
    fired = [issue for outcome in conversion.explanation.rules for issue in outcome.issues]
    return Outcome.ISSUES if any(issue.is_error for issue in fired) else Outcome.GOOD


def _show(explanation: Explanation, *, whole: bool) -> None:
    policy = explanation.policy
    out.print(Text(f"policy {policy.key}: {policy.standing}", style="bold"))
    for explained in sorted(explanation.rules, key=_urgency):
        if whole or explained.outcome in ("fired", "skipped"):
            head = (f"{explained.rule.id:<8} ", "bold"), (f"{explained.outcome:<15} ", _STYLE[explained.outcome])
            out.print(Text.assemble(*head, _reason(explained)))
    if not whole:
        counts = Counter(outcome.outcome for outcome in explanation.rules)
        folded = f"{counts['passed']} rules passed and {counts['not-applicable']} do not apply; --all shows them"
        out.print(Text(folded, style="dim"))
    for suggestion in explanation.suggestions:
        verdict = ("defensible", "green") if suggestion.defensible else ("not defensible", "dim")
        sent = " (sent)" if suggestion.sent else ""
        out.print(
            Text.assemble(
                f"line {suggestion.line + 1}: ", (f"{suggestion.modifier} ", "bold"), verdict, f"{sent}: {suggestion.why}"
            )
        )


def _urgency(outcome: RuleOutcome) -> tuple[int, int]:
    """What fired first, the worst before the others; then what was skipped, passed, and does not apply."""
    severities = [_SEVERITIES.index(issue.severity) for issue in outcome.issues]
    return _OUTCOMES.index(outcome.outcome), min(severities, default=0)


_OUTCOMES = ("fired", "skipped", "passed", "not-applicable")
_SEVERITIES = (Severity.FATAL, Severity.ERROR, Severity.WARNING, Severity.INFORMATION)


def _reason(outcome: RuleOutcome) -> str:
    """The reason, after the title; for a breach, each with its severity, its place and what would be right."""
    if not outcome.issues:
        return f"{outcome.rule.title}: {outcome.why}"
    places = [
        f"{issue.severity} at {issue.field}" + (f" → {issue.suggestion}" if issue.suggestion else "") for issue in outcome.issues
    ]
    return f"{outcome.why} [{'; '.join(places)}]"


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold")
    return table
