"""The codes RL4xx: data that cannot be used as they are."""

from __future__ import annotations

from rnnlab.source.code import Code

DATA_CODES: dict[str, Code] = {
    "RL401": Code(
        "The data cannot be read",
        "The file is missing, unreadable, or its name ends in something unknown (csv, tsv, jsonl, parquet).",
    ),
    "RL402": Code(
        "A column is missing",
        "Columns are named in the first line of csv and tsv, and by the keys of jsonl.",
    ),
    "RL403": Code(
        "The data are not UTF-8",
        "Save the table again as UTF-8.",
    ),
    "RL404": Code(
        "The table is malformed",
        "A row has too many or too few fields, a quote is left open, a header stands twice, or the file is cut off.",
    ),
    "RL405": Code(
        "A value is missing",
        "Every sample needs its text and its label.",
    ),
    "RL406": Code(
        "The splits cannot be used",
        "A split is empty, or the training split has one class only.",
    ),
    "RL407": Code(
        "The dataset cannot be fetched",
        "Catalog datasets come through pip; without it, use a table of your own.",
    ),
    "RL408": Code(
        "What was fetched is not the dataset",
        "Its hash or its contents differ from the catalog's; nothing of it was used.",
    ),
    "RL409": Code(
        "A label is unknown",
        "It is not among `dataset.labels`, or not among the labels the model was trained with.",
    ),
    "RL410": Code(
        "A target is no finite number",
        "Regression needs a finite number in every row.",
    ),
    "RL411": Code(
        "A time cannot be read",
        "Times are ISO 8601: `2013-01-31`, `2013-01-31 06:00`, `2013-01-31T06:00:00Z`. Either all have an offset (they "
        'are then read as UTC) or none. `time_format` reads others: `"%d.%m.%Y %H:%M"`.',
    ),
    "RL412": Code(
        "Times do not ascend",
        "Within a series every row is later than the one before. Sort the table, and keep one row of each time, or say "
        "with `duplicates` which one counts.",
    ),
    "RL413": Code(
        "A series has gaps",
        "A timestep or a value is missing. `gaps: fill` repeats the last value, `gaps: mask` lets recurrent layers "
        "skip timesteps whose targets are missing; in both, targets that are missing never count.",
    ),
    "RL414": Code(
        "A time is not on the grid",
        "From the first time of its series to each other one it must be a whole number of `frequency`.",
    ),
    "RL415": Code(
        "A series is too short",
        "A window needs `lookback` + `horizon` timesteps within one split; a forecast needs `lookback` timesteps.",
    ),
    "RL416": Code(
        "The series is unknown",
        "Its scale was not fitted. `scaler: {kind: standard, per: all}` fits one scale for all series, also those that "
        "come later.",
    ),
    "RL417": Code(
        "The future is not given",
        "Columns of `future` are known ahead, so a table to forecast from gives them for the whole horizon: rows "
        "behind the last one, with the target left empty.",
    ),
    "RL420": Code(
        "A line of tagged text is malformed",
        "A line has fewer columns than `dataset.format` asks for, a token has no tag, or one of them is empty.",
    ),
    "RL421": Code(
        "A running text is too short",
        "Every split needs at least two units: one to read and one to predict.",
    ),
    "RL430": Code(
        "An array does not hold sequences of whole numbers",
        "An array of lists is kept as a pickle, which can name any function. Only what NumPy's arrays need is known "
        "here; nothing of the file is run.",
    ),
    "RL431": Code(
        "A file cannot be fetched",
        "Put it into Keras's cache (`~/.keras/datasets`), or name it with `dataset.path`.",
    ),
    "RL432": Code(
        "What was fetched is another file",
        "Its hash differs from the known one; nothing of it was used.",
    ),
    "RL433": Code(
        "A sequence or word index cannot be used",
        "Sequences are whole numbers from 1 to below `num_words`; 0 is padding and stands at the ends only. A word "
        'index is a JSON mapping of words to their numbers: `{"the": 1, "and": 2}`.',
    ),
    "RL434": Code(
        "Sub-words need a package that is not installed",
        "They come from Hugging Face's `tokenizers`: pip install 'rnnlab[subword]'. To answer needs it, too.",
    ),
    "RL435": Code(
        "A vocabulary file cannot be used",
        "It has one unit a line, each once, and as `text` splits and folds texts: others would never be found.",
    ),
    "RL436": Code(
        "A file of vectors cannot be used",
        "A line is a word and `output_dim` numbers, as GloVe and word2vec write text; at least one word is known.",
    ),
    "RL440": Code(
        "A .ts file is malformed",
        "The header says how many channels, timesteps and which classes there are, then `@data`; each line below is a "
        "sample: its channels with colons between, the numbers of each with commas, and the target at the end.",
    ),
    "RL441": Code(
        "A sequence is empty",
        "A sample needs one timestep or more.",
    ),
    "RL442": Code(
        "A sequence is shorter than all of the training",
        "All training sequences had the same number of timesteps, so nothing in the model tells padding from data. "
        "Train with `padding: {maxlen: …}` above that number, or on sequences of several lengths.",
    ),
    "RL443": Code(
        "The time of a row cannot be used",
        "Times are numbers or ISO 8601, and no two rows of a sequence have the same.",
    ),
    "RL444": Code(
        "A sequence has several targets",
        "The target (or the group) of a sequence is one value that stands in all of its rows.",
    ),
    "RL445": Code(
        "Lengths or offsets do not fit the array",
        "`lengths` are whole numbers from 1 to the array's timesteps, one for each sample; `offsets` rise from 0 to "
        "the number of its rows.",
    ),
    "RL470": Code(
        "Something is larger than its limit",
        "A line and a field have up to 64 MiB, a table 100,000,000 rows, a compressed array 4 GiB, a series "
        "100,000,000 timesteps from its first to its last. More is as a rule a damaged file, or one made to fill the "
        "memory: see docs/bad_input.md.",
    ),
    "RL471": Code(
        "A column holds different kinds of values",
        'In jsonl `1`, `"1"` and `true` are three things. Write a column as texts, as numbers, or as true and false.',
    ),
    "RL472": Code(
        "Two labels look the same",
        "They differ in blanks, in signs that cannot be seen, or are one number written twice (`1` and `1.0`), and "
        "would be two classes. `dataset.labels` says which classes there are.",
    ),
    "RL473": Code(
        "Labels are numbers",
        "Numbers with fractions are no names of classes as a rule, but what a regression learns. Where they are, name "
        "them in `dataset.labels`.",
    ),
    "RL474": Code(
        "A label is unseen in training",
        "It stands on samples of validation or test only: nothing could learn it. Where the classes are named in "
        "`dataset.labels` this is a warning.",
    ),
    "RL475": Code(
        "A class is too small to be stratified",
        "A stratified split gives training, validation and test their share of every class: each needs three samples.",
    ),
    "RL490": Code(
        "A file in CoNLL-U is read as plain columns",
        "Its comments, tokens of several words (`1-2`) and words that are not written (`5.1`) would become tokens. "
        "`format: conllu` leaves them out.",
    ),
}
