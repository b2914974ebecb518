"""The tables and pictures of the documents are those of their measurements, and bench/publish/publish.py sees when they are
not."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parents[2]


def publish(*arguments):
    command = [sys.executable, root / "bench/publish/publish.py", *arguments]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True)


here = publish("--check")
assert here.returncode == 0, f"run bench/publish/publish.py:\n{here.stdout}{here.stderr}"

with tempfile.TemporaryDirectory() as folder:
    copy = pathlib.Path(folder)
    shutil.copy(root / "README.md", copy)
    shutil.copytree(root / "docs", copy / "docs")
    machine = copy / "docs/measurements/zen-4.csv"
    faster = copy / "faster.csv"
    faster.write_text(re.sub(r"(train,resnet20,128,2),\d+", r"\1,4321", machine.read_text()))

    # A new measurement reaches table and picture, and shows that they were old.
    machine.write_text(faster.read_text())
    stale = publish("--root", copy, "--check")
    assert stale.returncode == 1 and "README.md is not up to date" in stale.stdout, stale
    made = publish("--root", copy, f"own={faster}", "--readme", "own")
    assert made.returncode == 0, made
    assert "4321" in (copy / "README.md").read_text() and "of a Own" in (copy / "docs/pictures/speeds.svg").read_text()
    assert publish("--root", copy, "--check").returncode == 0

    # What is wrong is refused in a line.
    for wrong, why in ((["No Name=x.csv"], "expected NAME=FILE.csv with a name like zen-5"), (["x=none.csv"], "none.csv"),
                       (["--readme", "nobody"], "nobody.csv"),
                       ([f"floors={copy / 'docs/measurements/scaling.csv'}"], "has no column ms_median")):
        refused = publish("--root", copy, *wrong)
        assert refused.returncode == 2 and why in refused.stderr and refused.stderr.count("\n") == 1, (wrong, refused)
