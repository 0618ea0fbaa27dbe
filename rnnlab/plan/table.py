"""The plan as a table for people."""

from __future__ import annotations

from collections.abc import Sequence

from rnnlab.plan.plan import LayerPlan, Plan

HEADINGS = ("layer", "kind", "output", "dtype", "parameters", "formula", "mask", "kernel", "FLOPs")
DTYPE = HEADINGS.index("dtype")
RIGHT = {"parameters", "FLOPs"}


def plan_rows(plan: Plan) -> list[tuple[str, ...]]:
    """Return the rows of the table, inputs first; the columns are `HEADINGS`."""
    rows = [
        (name, "input", show_shape(signal.shape), signal.dtype, "", "", signal.mask.side if signal.mask else "", "", "")
        for name, signal in plan.inputs.items()
    ]
    return rows + [_row(layer) for layer in plan.layers]


def _row(layer: LayerPlan) -> tuple[str, ...]:
    kind = f"{layer.layer} ⇄ {layer.merge_mode or 'apart'}" if layer.bidirectional else layer.layer
    return (
        layer.name,
        kind,
        show_shape(layer.output.shape),
        layer.dtype,
        f"{layer.parameters:,}" if layer.parameters else "",
        layer.formula,
        layer.mask or "",
        layer.kernel or "",
        "?" if layer.flops is None else (f"{layer.flops:,}" if layer.flops else ""),
    )


def show_shape(shape: Sequence[int | None]) -> str:
    """Return `(B, T, 32)`: letters for what is not known."""
    return f"({', '.join(['B', *('T' if size is None else str(size) for size in shape)])})"


def plan_summary(plan: Plan) -> list[str]:
    """Return the lines below the table."""
    frozen = plan.parameters - plan.trainable_parameters
    lines = [f"parameters  {plan.parameters:,}" + (f", of them {frozen:,} frozen" if frozen else "")]
    if plan.flops_per_sample is None or plan.memory_bytes is None:
        advice = "`rnnlab plan --data` prepares the data" if plan.head else "give the inputs their `timesteps`"
        lines.append(f"FLOPs, memory  unknown, because T is not known: {advice}")
    else:
        lines.append(f"FLOPs  {plan.flops_per_sample:,} a sample, forward, products only")
        lines.append(
            f"memory  {plan.memory_bytes / 2**20:,.1f} MiB at {plan.batch_size} samples a batch: "
            "weights, gradients, optimizer, activations"
        )
    if plan.scales_loss:
        lines.append("loss  scaled while training, because gradients of float16 would become 0")
    if plan.head:
        lines.append(f"task  {plan.head.task}: loss {plan.head.loss.kind}, metrics {', '.join(plan.head.metrics)}")  # type: ignore[attr-defined]
    lines += [f"kernel  {layer.name}: {layer.kernel}, {layer.kernel_reason}" for layer in plan.layers if layer.kernel]
    return lines


def plan_text(plan: Plan) -> str:
    """Return table and summary as plain text."""
    rows = [HEADINGS, *plan_rows(plan)]
    if all(layer.dtype == "float32" for layer in plan.layers):
        rows = [(*row[:DTYPE], *row[DTYPE + 1 :]) for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = (
            cell.rjust(width) if heading in RIGHT else cell.ljust(width)
            for cell, width, heading in zip(row, widths, rows[0], strict=True)
        )
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([*lines, "", *plan_summary(plan)]) + "\n"
