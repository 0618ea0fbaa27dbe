"""`rnnlab sample`."""

from __future__ import annotations

from typing import Annotated

import typer

from rnnlab.cli.options import Json, RunName, StoreOption
from rnnlab.cli.terminal import say, show


def command(
    run: RunName,
    prompt: Annotated[str, typer.Option("--prompt", help="What the text begins with.", show_default=False)],
    length: Annotated[int, typer.Option("--length", min=1, help="Units to write.")] = 300,
    temperature: Annotated[
        float,
        typer.Option("--temperature", min=0.0, help="Below 1 the probable grows more probable; 0 takes the likeliest."),
    ] = 1.0,
    top_k: Annotated[
        int | None,
        typer.Option("--top-k", min=1, help="Draw among so many of the likeliest units only.", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the draws.")] = 0,
    store: StoreOption = None,
    json: Json = False,
) -> None:
    """Let a run's language model continue a text."""
    from rnnlab.prediction import sample

    found = sample(run, prompt=prompt, length=length, temperature=temperature, top_k=top_k, seed=seed, store=store)
    if found.unknown:
        shown = ", ".join(f"`{unit}`" for unit in dict.fromkeys(found.unknown))
        say(f"warning: the model was not trained with {shown}")
    if json:
        from rnnlab.cli.output import print_json

        print_json({"run_id": found.record.run_id, "prompt": found.prompt, "written": found.written})
    else:
        show(found.text)
