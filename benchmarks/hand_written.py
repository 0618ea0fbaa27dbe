"""What a reader of the Keras guides would write for `experiments/movie_snippets_lstm.yaml`: it records nothing.

`benchmarks/startup.py --run` measures it beside `rnnlab run`.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray


def read_table(path: Path) -> tuple[list[str], NDArray[np.float32]]:
    """Return the sentences and whether each is positive; those rated 0 are left out."""
    texts, labels = [], []
    with path.open(encoding="utf-8", newline="") as file:
        for _, rating, text in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if float(rating) != 0:
                texts.append(text)
                labels.append(float(rating) > 0)
    return texts, np.array(labels, np.float32)


def main() -> None:
    """Read, fit, evaluate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path, help="movieReviewSnippets_GroundTruth.txt")
    parser.add_argument("--epochs", type=int, default=5)
    arguments = parser.parse_args()
    keras.utils.set_random_seed(7)
    texts, labels = read_table(arguments.table)
    order = np.random.default_rng(7).permutation(len(texts))
    train, validation, test = np.split(order, [int(0.8 * len(order)), int(0.9 * len(order))])
    vectorize = keras.layers.TextVectorization(max_tokens=10000, output_sequence_length=34)
    vectorize.adapt([texts[index] for index in train])
    ids = vectorize(texts).numpy()

    model = keras.Sequential(
        [
            keras.layers.Embedding(10000, 32, mask_zero=True),
            keras.layers.LSTM(32),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(
        ids[train],
        labels[train],
        batch_size=128,
        epochs=arguments.epochs,
        validation_data=(ids[validation], labels[validation]),
        verbose=2,
    )
    loss, accuracy = model.evaluate(ids[test], labels[test], batch_size=128, verbose=0)
    print(f"test loss {loss:.4f} accuracy {accuracy:.4f}")


if __name__ == "__main__":
    main()
