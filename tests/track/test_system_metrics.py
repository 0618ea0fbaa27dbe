import time

from rnnlab.errors import StoreError
from rnnlab.track.system_metrics import SystemMetrics


def test_samples_come_several_at_once_and_the_rest_at_the_end():
    written = []
    sampler = SystemMetrics(lambda samples: written.append(list(samples)), interval=0.02)
    time.sleep(0.5)
    assert sampler.stop() is None
    assert {len(samples) for samples in written[:-1]} == {5}
    times = [sample.timestamp for samples in written for sample in samples]
    assert times == sorted(set(times))
    assert all(0 <= samples[0].values["system/system_memory_usage_percentage"] <= 100 for samples in written)


def test_stopping_before_the_first_sample_is_fine():
    written = []
    assert SystemMetrics(written.append, interval=60).stop() is None
    assert written == []


def test_what_went_wrong_is_told_at_the_end():
    def refuse(samples):
        raise StoreError("the disk is full")

    sampler = SystemMetrics(refuse, interval=0.01)
    time.sleep(0.3)
    assert "the disk is full" in sampler.stop()
