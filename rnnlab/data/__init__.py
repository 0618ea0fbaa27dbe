"""From raw data to arrays, prepared once and kept in the cache. Baselines are in `rnnlab.data.baselines`."""

from rnnlab.data.array_files import load_arrays as load_arrays
from rnnlab.data.bucketing import padding_waste as padding_waste
from rnnlab.data.cautions import refuse as refuse
from rnnlab.data.decoded import decode_samples as decode_samples
from rnnlab.data.fetching import catalog_file as catalog_file
from rnnlab.data.fetching import fetch as fetch
from rnnlab.data.id_files import check_ids as check_ids
from rnnlab.data.id_files import parse_sequences as parse_sequences
from rnnlab.data.id_vectorizer import IdVectorizer as IdVectorizer
from rnnlab.data.object_arrays import load_sequences as load_sequences
from rnnlab.data.preparation import Preparation as Preparation
from rnnlab.data.preparing import prepare as prepare
from rnnlab.data.splits import Samples as Samples
from rnnlab.data.splits import Splits as Splits
from rnnlab.data.summary import dataset_summary as dataset_summary
from rnnlab.data.tables import read_table as read_table
from rnnlab.data.vectors import Vectors as Vectors
