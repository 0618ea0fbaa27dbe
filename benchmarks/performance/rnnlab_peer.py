"""`rnnlab run` with everything that it records; the gate is one of its listeners."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

from gate import Gate, asked
from workloads import Workload

ROOT = Path(__file__).resolve().parents[2]


def write_experiment(work: Workload, data: Path, *, mask: bool, bucket: bool, kernel: str) -> Path:
    """Return the path of a file that trains the workload on the data beside it."""
    if work.real:
        text = (ROOT / "experiments" / f"{work.real}.yaml").read_text()
        text = text.replace("post, truncating: pre", f"pre, truncating: pre, mask: {str(mask).lower()}")
        head, _, rest = text.partition("training:")
        _, _, expect = rest.partition("expect:")
        text = f"{head}training: {{batch_size: {work.batch}, epochs: 1000000}}\nexpect:{expect}"
    else:
        text = _generated(work, data, mask=mask, bucket=bucket)
    path = data.with_name(f"{work.name}-{mask}-{bucket}-{kernel}.yaml")
    path.write_text(f"{text}\nruntime: {{kernel: {kernel}, devices: cpu}}\n")
    return path


def _generated(work: Workload, data: Path, *, mask: bool, bucket: bool) -> str:
    lines = ["rnnlab: 1", f"name: {work.name}"]
    split = "{{kind: random, validation: {}, test: {}}}".format(*work.parts)
    if work.sequences and work.vocabulary:  # the next character, in windows
        lines += [
            f"dataset: {{kind: text_file, path: {data.with_suffix('.txt').name}}}",
            f"text: {{unit: character, vocabulary: {work.vocabulary}}}",
            f"task: {{kind: language_model, window: {work.timesteps}}}",
        ]
    elif work.vocabulary:
        lines += [
            f"dataset: {{kind: ids, path: {data.name}, num_words: {work.vocabulary}, split: {split}}}",
            f"padding: {{maxlen: {work.timesteps}, padding: pre, mask: {str(mask).lower()}, "
            f"bucket: {str(bucket).lower()}}}",
        ]
    else:
        lines += [
            f"dataset: {{kind: arrays, path: {data.name}, target: label, per: timestep, split: {split}}}",
            "task: {kind: regression, loss: mean_squared_error}",
        ]
    lines += ["model:", "  layers:"]
    if work.vocabulary:
        lines.append(f"    - {{layer: embedding, output_dim: {work.features}}}")
    bias = "" if work.bias else ", use_bias: false"
    lines += [f"    - {{layer: {cell}, units: {units}{bias}}}" for cell, units in work.layers]
    activation = f", activation: {'sigmoid' if work.outputs == 1 else 'softmax'}" if work.vocabulary else ""
    lines.append(f"    - {{layer: dense, units: {work.outputs}{activation}}}")
    lines.append(f"training: {{batch_size: {work.batch}, epochs: 1000000}}")
    return "\n".join(lines)


def main() -> None:
    """Train until nobody asks for more."""
    gate, given = Gate(), asked()
    from rnnlab.absent import own_process

    own_process()  # as the command line does
    from rnnlab.run.run import run_experiment
    from rnnlab.train.listener import Quiet

    class Told(Quiet):
        """Tells the gate."""

        def on_step(self, epoch: int, step: int, loss: float) -> None:
            """Hear of a step."""
            gate.step()

        def on_epoch(self, epoch: object) -> None:
            """Hear of an epoch."""
            gate.epoch()

    work, data = Workload.from_data(given["workload"]), Path(given["data"])
    path = write_experiment(work, data, mask=given["mask"], bucket=given["bucket"], kernel=given["kernel"])
    run_experiment(path, store=str(data.with_name(f"store-{path.stem}")), listeners=[Told()])


if __name__ == "__main__":
    main()
