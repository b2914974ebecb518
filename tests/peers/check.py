"""Compares what bench/peers/report.py makes of compare.csv with what comes out by hand, and how compare.py orders its work."""
import csv
import pathlib
import shutil
import subprocess
import sys
import tempfile
import types

here = pathlib.Path(__file__).parent
scripts = here.parent.parent / "bench" / "peers"
sys.path.insert(0, str(scripts))
import compare  # noqa: E402
import peers  # noqa: E402

with tempfile.TemporaryDirectory() as folder:
    work = pathlib.Path(folder)
    measured = shutil.copy(here / "compare.csv", work)
    done = subprocess.run([sys.executable, scripts / "report.py", measured], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with (work / "summary.csv").open() as file:
        image, step, alone = csv.DictReader(file)
    # Ratios are those of a round, 2, 2.5 and 2.2, not those of the medians.
    assert (image["fastest peer"], image["times as fast"]) == ("OpenVINO 2026.4", "2.20"), image
    assert (image["residua"], image["PyTorch 2.13"], image["OpenVINO 2026.4"]) == ("3000", "900", "1500"), image
    assert (image["residua MB"], image["OpenVINO 2026.4 MB"]) == ("15", "110"), image
    assert (step["residua"], step["OpenVINO 2026.4"], step["times as fast"]) == ("1200", "", "2.50"), step
    assert (alone["residua"], alone["fastest peer"], alone["times as fast"]) == ("20.0", "", ""), alone

    # What cannot run is refused in a line.
    wrong = subprocess.run([sys.executable, scripts / "compare.py", "--residua", work / "none", "--work", work],
                           capture_output=True, text=True)
    assert wrong.returncode == 2 and wrong.stderr == f"compare: no program {work / 'none'}\n", wrong


class Program:
    starts_in = 1

    def __init__(self, name, modes, broken=False):
        self.name = name
        self.modes = modes
        self.broken = broken

    def takes(self, mode, net, batch, threads):
        return mode in self.modes

    def reference(self, net):
        pass

    def measure(self, mode, net, batch, threads, seconds):
        if self.broken:
            raise peers.Failure("broken")
        return {"version": "", "ms_median": 500, "ms_min": 400, "peak_rss_MB": 10}


# Within a row programs take turns, each first in its turn; one that fails is not tried again, and named at the end.
ours, other, broken = Program("residua", ("infer", "train")), Program("other", ("infer",)), Program("broken", ("train",), True)
options = types.SimpleNamespace(rows=[("infer", "resnet20", 1), ("train", "resnet20", 8)], threads=[1], rounds=2, seconds=0)
written = []
failed = compare.measure(options, ours, [ours, other, broken], written.append)
order = [(line["mode"], line["round"], line["peer"]) for line in written]
assert order == [("infer", 0, "residua"), ("infer", 0, "other"), ("infer", 1, "other"), ("infer", 1, "residua"),
                 ("train", 0, "residua"), ("train", 1, "residua")], order
assert written[-1]["images/s"] == 16
assert failed == ["train resnet20 8, threads 1, broken"], failed
assert not peers.OpenVino("python", "2026.4.1", "THROUGHPUT", here, None).takes("infer", "resnet20", 1, 2)
assert peers.OpenVino("python", "2026.4.1", "THROUGHPUT", here, None).takes("infer", "resnet20", 128, 2)
