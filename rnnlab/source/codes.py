"""Every code of a diagnostic: what it means and what to do, for `rnnlab explain`.

RL0xx text · RL1xx key or value · RL2xx rule across sections · RL3xx sweep · RL4xx dataset · RL5xx plan is not model.
"""

from __future__ import annotations

from rnnlab.source.bucket_codes import BUCKET_CODES
from rnnlab.source.code import Code
from rnnlab.source.data_codes import DATA_CODES
from rnnlab.source.leakage_codes import LEAKAGE_CODES
from rnnlab.source.space_codes import SPACE_CODES

CODES: dict[str, Code] = {
    "RL001": Code(
        "The file cannot be read",
        "It is missing, is a folder, or you lack the permission to read it.",
    ),
    "RL002": Code(
        "The file is not UTF-8",
        "Experiments are UTF-8 text. Save the file again with that encoding.",
    ),
    "RL003": Code(
        "The file is too large",
        "An experiment is at most 1 MiB. Data belong into files of their own.",
    ),
    "RL004": Code(
        "The text is not YAML",
        "The place shown is where reading stopped; the cause is often just above it: a bracket "
        "or quote left open, a tab in the indentation, keys of one mapping in different columns.",
    ),
    "RL005": Code(
        "A key stands twice, or is no plain word",
        "Most YAML readers silently keep the last of two equal keys. rnnlab refuses the file: keep one.",
    ),
    "RL006": Code(
        "Anchors, aliases and tags are not allowed",
        "They make a file mean something else than it shows (and can make a small file huge). "
        "Write the value again, or put what several files share into one file and use `extends: "
        "shared.yaml`.",
    ),
    "RL007": Code(
        "The file is nested too deeply",
        "No experiment needs more than 64 levels.",
    ),
    "RL008": Code(
        "The file is empty or no mapping",
        "A file is a mapping of keys to values. The smallest one:\n"
        "\n"
        "    rnnlab: 1\n"
        "    name: first\n"
        "    model:\n"
        "      inputs: {x: {timesteps: 5, features: 3}}\n"
        "      layers:\n"
        "        - {layer: lstm, units: 8}\n",
    ),
    "RL009": Code(
        "A second document starts",
        "One file holds one experiment: remove the line `---` and what follows it.",
    ),
    "RL010": Code(
        "A number is not finite or too long",
        "`.inf`, `.nan`, 1e999 and integers over 64 bits are refused.",
    ),
    "RL011": Code(
        "`--set` leads nowhere",
        "It takes `path=value`. A path is keys joined by dots; layers are named or counted from "
        "0: `--set model.layers.rnn.units=64`, `--set model.layers.1.units=64`. The value is "
        "YAML.",
    ),
    "RL012": Code(
        "`extends` leads nowhere",
        "The path is relative to the file that extends. Circles are refused.",
    ),
    "RL101": Code(
        "A key is unknown",
        "Every key of the file must be known and must change something; a misspelt one would "
        "otherwise be ignored and the experiment be another than the one you think. `rnnlab "
        "explain SECTION` lists a section's keys.",
    ),
    "RL102": Code(
        "A key is missing",
        "The section cannot be understood without it.",
    ),
    "RL103": Code(
        "A value has the wrong type",
        'Types are strict: 128.0 is not a whole number, "128" is not a number, `no` is a text '
        "(write false), 500_000 is a text (write 500000), 1e-3 is a number.",
    ),
    "RL104": Code(
        "A value is not allowed",
        "It has the right type, but lies outside what the key can take.",
    ),
    "RL105": Code(
        "A name is unknown",
        "A kind, layer, activation, dataset, class or other name that rnnlab does not know.",
    ),
    "RL201": Code(
        "The format version is unknown",
        "`rnnlab: 1` is the version of the file format, not of the program.",
    ),
    "RL202": Code(
        "A name stands twice",
        "Layers and inputs share one set of names, because weights are recorded under them.",
    ),
    "RL203": Code(
        "The head does not fit the target",
        "Two classes: one sigmoid unit or two softmax units. C classes: C softmax units. A "
        "number: one linear unit. There must be one output per sample: the last recurrent layer "
        "gives its last output, or a pooling layer follows it.",
    ),
    "RL204": Code(
        "The loss does not fit the head",
        "A crossentropy on probabilities needs a head that gives probabilities (sigmoid or "
        "softmax); on a linear head it computes the logarithm of negative numbers and training "
        "quietly goes wrong. Either give the head its activation, or say `from_logits: true`.",
    ),
    "RL205": Code(
        "A layer below needs every timestep",
        "A recurrent layer that feeds another one must return sequences. Leave "
        "`return_sequences` out: it follows from the layers below.",
    ),
    "RL206": Code(
        "The quantity is not recorded",
        "What is monitored is `loss`, a metric of the task, or one of them with `val_`.",
    ),
    "RL207": Code(
        "The task does not fit the target",
        "Classes need classification, numbers need regression.",
    ),
    "RL208": Code(
        "The split cannot be made",
        "The fractions leave nothing to train on, or the dataset lacks what the split needs.",
    ),
    "RL209": Code(
        "The metric does not fit the head",
        "Some metrics are for two classes, some for many, some for numbers.",
    ),
    "RL210": Code(
        "A key cannot matter here",
        "Every key must change something. This one is overruled or made meaningless by another.",
    ),
    "RL211": Code(
        "The model's inputs are unclear",
        "They come from the dataset; or, for an architecture alone, from `model.inputs` by "
        "shape: `{x: {timesteps: 5, features: 3}}` or `{tokens: {vocabulary: 1000}}`.",
    ),
    "RL212": Code(
        "A layer cannot read what it gets",
        "Ids need an embedding before anything computes with them; recurrent and pooling layers "
        "read (timesteps, features), not one vector per sample.",
    ),
    "RL213": Code(
        "`go_backwards` and a mask contradict each other",
        "Keras turns the outputs round but not the mask, so that padding would be taken for data by the next layer.",
    ),
    "RL214": Code(
        "Settings of the optimizer exclude each other",
        "Keep one of them.",
    ),
    "RL215": Code(
        "cuDNN cannot compute the layer",
        "It needs the default activations, a bias, no recurrent dropout, no unrolling, padding "
        "at the end, and `reset_after` for a gru; it has no simple_rnn.",
    ),
    "RL216": Code(
        "The baseline is unknown",
        "Classification has `majority`, and of texts `tfidf_logistic_regression`, of numbers `logistic_regression`; "
        "regression `mean`, `tfidf_ridge` and `ridge`; forecasting `last_value`, `seasonal` and `linear`.",
    ),
    "RL217": Code(
        "The plan misses an expectation",
        "`expect` says what must come out; the plan, known before training, has something else.",
    ),
    "RL218": Code(
        "`unroll` needs to know the timesteps",
        "A loop can only be written out when its length is known.",
    ),
    "RL219": Code(
        "A password stands in the file",
        "The file is kept with every run. Passwords come from the environment only: set MLFLOW_TRACKING_URI there.",
    ),
    "RL220": Code(
        "Padding is read as data (a warning)",
        "With `mask: false` a recurrent layer goes on over the zeros that pad a sample, as many "
        "public guides do. The result then depends on how long the longest sample of the data "
        "is.",
    ),
    "RL221": Code(
        "A reference leads nowhere",
        "`from`, `initial_state`, `reuse` and `model.outputs` name inputs and layers, or a state behind a dot: "
        "`encoder.state_h`. A layer without `from` reads the one above it; the first one reads the only input.",
    ),
    "RL222": Code(
        "The layer stands below",
        "A layer reads what stands above it: layers are listed in the order in which they are computed.",
    ),
    "RL223": Code(
        "Nobody reads it",
        "An input or layer that no other reads and that is no output would do nothing. Read it with `from`, name "
        "it in `model.outputs`, or remove it.",
    ),
    "RL224": Code(
        "The states do not fit",
        "A recurrent layer starts from as many states as it has, in Keras's order and of its own size: an lstm from "
        "[state_h, state_c], the others from one; a bidirectional layer from those of both directions.",
    ),
    "RL225": Code(
        "Padding would change the result",
        "The layer cannot tell padding from data, or joins sequences that are not padded alike; Keras would drop the "
        "mask without a word. conv1d is exact with `padding: same` or `causal` and `strides: 1`, pooling with "
        "`padding: same` and `strides: 1`. Otherwise put the layer below the one that ends the sequence, such as a "
        "recurrent layer or global pooling, or set `padding.mask: false`: padding is then read as data.",
    ),
    "RL226": Code(
        "A text that is to be written is prepared in another way",
        "The network writes a text from its start to its end, so its padding stands behind the end and counts for "
        "nothing, and its vocabulary has four rows of its own: padding, unknown, start and end.",
    ),
    "RL227": Code(
        "The model cannot be trained window by window",
        "Stateful training cuts sequences into windows; a recurrent layer starts each where it left the one before. A "
        "layer that reads the whole sequence at once (backwards, by attention, pooling or convolution) would see the "
        "window only, and rows that are shuffled do not continue each other.",
    ),
    "RL228": Code(
        "The model would read what it is to write",
        "A text is written unit by unit, each after those before it. A layer between the target and the output that "
        "also reads later units (backwards, by attention without a causal mask, by pooling) would learn to copy them, "
        "and could not write anything.",
    ),
    "RL230": Code(
        "The initializer has no such dtype",
        "TensorFlow draws orthogonal matrices by a QR decomposition, which it has not in bfloat16. `mixed_bfloat16` "
        "keeps weights in float32 and computes in bfloat16, which is what is meant as a rule.",
    ),
    "RL231": Code(
        "Half precision costs more than it gives (a warning)",
        "GPUs compute float16 and bfloat16 faster than float32, CPUs slower. Probabilities want more digits and range "
        "than they have, so that a `dense` or `activation` layer that the model gives computes in float32 unless told "
        "otherwise.",
    ),
    "RL240": Code(
        "The split would leak the future",
        "Windows of a series overlap and follow each other. Drawn at random, those of the test share timesteps with "
        "those of the training, and the network is trained on what comes after them. `split: {kind: time}` divides all "
        "series at the same two moments, and leaves windows that reach over a border out.",
    ),
    "RL241": Code(
        "A column stands in two roles",
        "A column is a target, or of the past, or known ahead. The past of a target is read anyway; a target among "
        "`future` would give the network what it is to forecast.",
    ),
    "RL242": Code(
        "The forecast cannot be fed back",
        "A recursive head gives one timestep and is fed it as the newest of the past. Whatever else the network reads "
        "of that timestep must be known ahead: columns of `future`, the calendar. Quantiles cannot be fed back.",
    ),
    "RL243": Code(
        "The quantiles cannot be forecast",
        "They ascend, lie between 0 and 1, have 0.5 among them, which is the forecast that metrics score, and are "
        "learnt by the pinball loss.",
    ),
    "RL250": Code(
        "The units of tagged data are their tokens",
        "A tag belongs to a token as the file has it. Words would drop punctuation, characters would have no tag: "
        "`text: {unit: token}`.",
    ),
    "RL251": Code(
        "The model reads the units that it is to predict",
        "A language model tells the next unit from those before it. A layer that reads later timesteps, such as a "
        "bidirectional one, would read the answer: the loss would fall to nothing and the model could not write.",
    ),
    "RL252": Code(
        "A running text is not divided or padded like this",
        "Its samples follow one another: it is divided by position, by files or by groups, and cut into windows of "
        "`task.window` timesteps.",
    ),
    "RL253": Code(
        "The windows of a language model follow one another",
        "Stateful training of a language model is `stateful: true, reset: epoch, shuffle: false`: the text is cut into "
        "`batch_size` streams, and each window starts from the states that the one before it left.",
    ),
    "RL260": Code(
        "An id is no row of the embedding",
        "`num_words` is the number of its rows: the ids of the start and of the unknown are below it.",
    ),
    "RL261": Code(
        "The words of the ids are not known",
        "Pretrained vectors are found by words: `dataset.word_index` says which word each id is.",
    ),
    "RL262": Code(
        "A file that the file names cannot be used",
        "Paths of vocabularies and vectors are relative to the experiment's file.",
    ),
    "RL263": Code(
        "The vectors have another size",
        "A pretrained vector fills a row of the embedding, so `output_dim` is the count of its numbers.",
    ),
    "RL270": Code(
        "The data bring their own test set",
        "It stays the test, so that results can be compared with those of others; `split.validation` is a fraction of "
        "the training file, and `split.test` is refused.",
    ),
    "RL271": Code(
        "The lengths of arrays are unclear",
        "`lengths` tells how many timesteps of each sample of (N, T, F) are data; `offsets` where each sample of "
        "(R, F) begins. Both are for samples that have one target each.",
    ),
    "RL272": Code(
        "The data cannot be generated like this",
        "There are fewer different sums than samples, fewer timesteps than the task needs, or sums would not be read "
        "digit by digit.",
    ),
    "RL273": Code(
        "A column has two roles",
        "A column of a table in long form names the sequence, orders its timesteps, is a channel, or is the target.",
    ),
    **BUCKET_CODES,
    "RL301": Code(
        "A path of the space leads nowhere",
        "Paths are keys joined by dots; layers are named or counted from 0.",
    ),
    "RL302": Code(
        "The place cannot vary",
        "A trial varies data, model, optimizer, training or runtime. Seeds are replicates: `seeds: N`.",
    ),
    "RL303": Code(
        "A choice or an end of a range is refused",
        "The file with that value in its place would be refused; the note says why.",
    ),
    "RL304": Code(
        "The range is not one",
        "It needs low ≤ high; `log` needs low > 0 and no `step`; steps from low must reach high.",
    ),
    "RL305": Code(
        "A choice lacks a key that stands beside it",
        "When `layer` varies, all the keys beside it must be keys of every choice: "
        "`recurrent_activation` is none of simple_rnn. A key that varies may have a condition: "
        "`when: {model.layers.rnn.layer: [lstm, gru]}`.",
    ),
    "RL306": Code(
        "The file itself is outside the space",
        "Trial 0 is the file as written, so its values must be in the space.",
    ),
    "RL307": Code(
        "The objective is none",
        "It is `val_loss` or a metric of the task with `val_`, in its own direction.",
    ),
    "RL308": Code(
        "The grid is endless",
        "Ranges of a grid need a `step`.",
    ),
    "RL309": Code(
        "Trial 0 is over the budget",
        "The budget refuses trials by their plan; the file itself must be within it.",
    ),
    "RL310": Code(
        "A sweep needs data",
        "An architecture alone has nothing to be optimised.",
    ),
    **SPACE_CODES,
    **DATA_CODES,
    **LEAKAGE_CODES,
    "RL501": Code(
        "The built model is not the planned one",
        "Keras built weights whose paths, shapes or number differ from the plan. This is a "
        "defect of rnnlab or an unknown version of Keras; nothing was trained. Please report it.",
    ),
    "RL502": Code(
        "The kernel is not to be had",
        "cuDNN or a GPU was asked for and TensorFlow finds none on this machine.",
    ),
    "RL503": Code(
        "The weights of the other run do not fit",
        "`model.initial_weights` takes weights layer by layer: a layer of the same name in the other run must have "
        "weights of the same names and shapes. Name the layers that do under `layers`; the others keep their own "
        "initialisation.",
    ),
    "RL510": Code(
        "A plugin is missing or cannot be used",
        "A plugin is one Python file of keys, weights and shapes that names its Keras file. It cannot be read, raises "
        "something, clashes with another name, was changed since the model was trained, or was not given: cells and "
        "layers of a plugin are known once it is named with `--plugin PATH`, or installed. See docs/plugins.md.",
    ),
    "RL511": Code(
        "A plugin's Keras file does not do what its spec file says",
        "The classes it names are missing, raise something, or build other weights than the spec file declares. "
        "Nothing was trained. `rnnlab plugin check FILE` tries every member of a plugin.",
    ),
}
