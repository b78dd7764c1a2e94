"""Commands of the knowledge folder: route a text, evaluate, suggest phrases, train, draw the lifecycle.

Results go to stdout as JSON, progress to stderr. Exit codes: 0 done, 1 it ran and found something wrong,
2 wrong use.
"""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from knowledge import diagram, evaluation, learning, training
from knowledge.catalogue import CatalogueError
from knowledge.matching import Match, Matcher

app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
# click's base of usage errors, of whichever click typer brings
_WRONG_USE = cast(type[Exception], typer.BadParameter.__mro__[2])
Folder = Annotated[Path | None, typer.Option("--catalogue", help="folder of service lists")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]


@app.command()
def route(text: str, catalogue: Folder = None) -> None:
    """Say what TEXT asks for: services with confidence, band, intents, danger, needs."""
    _print(_as_data(Matcher.load(catalogue).match(text)))


@app.command()
def evaluate(
    file: File,
    catalogue: Folder = None,
    table: Annotated[bool, typer.Option("--table", help="lines for reading instead of JSON")] = False,
) -> None:
    """Measure the matcher on the labelled utterances of FILE (JSON lines)."""
    matcher = Matcher.load(catalogue)
    rows = evaluation.read(file, matcher.catalogue)

    def progress(done: int) -> None:
        if done % 100 == 0 or done == len(rows):
            typer.echo(f"{done}/{len(rows)}", err=True)

    measures = evaluation.report(matcher, evaluation.answers(matcher, rows, progress))
    typer.echo(evaluation.table(measures)) if table else _print(measures)


@app.command()
def suggest(file: File, catalogue: Folder = None) -> None:
    """Propose phrases, confused pairs and unmet needs from the outcomes in FILE (JSON lines), for review."""
    matcher = Matcher.load(catalogue)
    _print(learning.suggest(matcher, learning.read(file, matcher.catalogue)).as_data())


@app.command()
def lifecycle() -> None:
    """Draw what may be done to a request, when and by whom: a Mermaid state diagram."""
    typer.echo(diagram.mermaid(), nl=False)


@app.command()
def train(
    check: Annotated[bool, typer.Option("--check", help="only say whether the weights are current")] = False,
) -> None:
    """Make the weights that come with the packaged service lists."""
    stale = training.stale()
    if not check:
        for name in stale:
            typer.echo(f"training {name}", err=True)
            training.renew(name)
    _print({"stale" if check else "trained": stale})
    if check and stale:
        raise typer.Exit(1)


def _as_data(match: Match) -> dict[str, Any]:
    return {
        "ranked": [{"id": c.id, "confidence": round(c.confidence, 4)} for c in match.ranked],
        "band": match.band,
        "intents": list(match.intents),
        "danger": match.danger
        and {"kind": match.danger.kind, "tier": match.danger.tier, "numbers": list(match.danger.numbers)},
        "needs": list(match.needs),
        "contrast": match.contrast and {"between": list(match.contrast.between), "ask": match.contrast.ask},
    }


def _print(data: Any) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code; every error is one line on stderr."""
    try:
        result = app(arguments, standalone_mode=False)
    except _WRONG_USE as error:
        typer.echo(" ".join(str(error).split()), err=True)
        return 2
    except (CatalogueError, evaluation.RowError, learning.OutcomeError) as error:
        typer.echo(str(error), err=True)
        return 1
    except (OSError, UnicodeDecodeError) as error:
        typer.echo(f"cannot read: {error}", err=True)
        return 1
    return result if isinstance(result, int) else 0


if __name__ == "__main__":
    sys.exit(main())
