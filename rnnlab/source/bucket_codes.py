"""The codes RL28x: batches of samples of similar lengths."""

from __future__ import annotations

from rnnlab.source.code import Code

BUCKET_CODES: dict[str, Code] = {
    "RL280": Code(
        "Buckets need a mask",
        "With `padding: {bucket: true}` a sample has more padding in one batch than in another. The mask makes that "
        "change nothing.",
    ),
    "RL281": Code(
        "A layer needs a fixed number of timesteps",
        "With `padding: {bucket: true}` batches are padded to different lengths. A layer that makes features of "
        "timesteps (flatten, permute, reshape) or is unrolled reads one length only.",
    ),
    "RL282": Code(
        "Buckets and stateful training exclude each other",
        "Stateful training cuts the samples of a batch into windows, and carries the states from one to the next.",
    ),
    "RL283": Code(
        "Buckets are of all inputs",
        "A sample stands in one bucket: with two inputs in the one that holds both of them.",
    ),
    "RL284": Code(
        "Buckets have nothing to do",
        "All sequences have the same length, so that no batch has padding.",
    ),
}
