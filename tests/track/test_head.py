import json
import os

from rnnlab.track.head import first_tags
from rnnlab.track.record import RunHead


def test_every_run_tells_its_kind_its_user_and_its_process():
    tags = first_tags(RunHead("movies", "trial", {}, parent="p", description="why"))
    assert tags["rnnlab.kind"] == "trial"
    assert tags["mlflow.parentRunId"] == "p"
    assert tags["mlflow.note.content"] == "why"
    assert tags["mlflow.user"]
    assert json.loads(tags["rnnlab.process"])["pid"] == os.getpid()


def test_tags_of_the_file_cannot_replace_rnnlabs_own():
    tags = first_tags(RunHead("movies", "run", {}, tags={"rnnlab.kind": "fake", "mlflow.source.name": "a.yaml"}))
    assert tags["rnnlab.kind"] == "run"
    assert tags["mlflow.source.name"] == "a.yaml"


def test_what_is_not_known_has_no_tag():
    assert not {"mlflow.parentRunId", "mlflow.note.content"} & first_tags(RunHead("movies", "run", {})).keys()
