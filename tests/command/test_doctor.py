"""`course doctor`: well where all is well, and one sentence with a remedy for each fault."""

import importlib.metadata
import subprocess

import pytest

from course import data
from course.command import doctor
from course.command import main as command
from course.lessons.desk import Desk
from course.lessons.renewing import update


def test_all_is_well_here(capsys, root, monkeypatch):
    monkeypatch.chdir(root)
    code = command.main(["doctor"])
    said = capsys.readouterr().out
    assert code == 0, said
    assert said.endswith("All is well. `course lab` opens the lessons.\n")
    for what in ("Python 3.", "numpy 2.", "digits.npz", "cores", "PyTorch", "1 + 1 = 2"):
        assert what in said


def test_outside_a_checkout_the_rest_is_still_looked_at(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert [f.well for f in doctor.folders(doctor._root())] == [True, True]


def faults(findings):
    found = [finding for finding in findings if not finding.well]
    assert all(str(finding).startswith("wrong  ") for finding in found)
    return found


def test_an_old_or_missing_package_is_named_with_what_is_needed(monkeypatch):
    def version(name, real=importlib.metadata.version):
        if name == "tqdm":
            raise importlib.metadata.PackageNotFoundError
        return "1.0" if name == "numpy" else real(name)

    monkeypatch.setattr(doctor.metadata, "version", version)
    old, missing = faults(doctor.packages())
    assert "numpy 1.0 is too old; it must be numpy>=" in old.what
    assert missing.what == "tqdm is missing."
    assert "start.py env" in missing.mend


def test_other_versions_than_the_pinned_are_named_and_no_fault(root, tmp_path):
    (tmp_path / "constraints.txt").write_text("# exact\nnumpy==1.2.3\nnot-here==1\n")
    (finding,) = doctor.pins(tmp_path)
    assert finding.well
    assert "(pinned 1.2.3)" in finding.what
    assert list(doctor.pins(None)) == []


def test_a_damaged_data_file_is_named(tmp_path, monkeypatch):
    for name in data.manifest():
        (tmp_path / name).write_bytes(b"no longer what it was")
    manifest = (data.FOLDER / "manifest.toml").read_bytes()
    (tmp_path / "manifest.toml").write_bytes(manifest)
    monkeypatch.setattr(data, "FOLDER", tmp_path)
    found = faults(doctor.data_files())
    assert len(found) == len(data.manifest())
    assert all("Restore it with" in finding.what for finding in found)


def test_a_damaged_copy_is_named_as_update_names_it(tmp_path, root, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "desk"))
    (tmp_path / "notebooks").mkdir()
    for stem in ("05_gradients", "12_small_gpt"):
        shipped = (root / "notebooks" / "05_gradients.ipynb").read_bytes()
        (tmp_path / "notebooks" / f"{stem}.ipynb").write_bytes(shipped)
    assert list(doctor.copies(tmp_path)) == []  # no copy was made yet
    Desk(tmp_path).open()
    (found,) = doctor.copies(tmp_path)
    assert (found.well, found.what) == (True, "2 copies of lessons can be read")
    Desk(tmp_path).path("05_gradients").write_text('{"cells": [')
    (tmp_path / "notebooks" / "12_small_gpt.ipynb").write_text("{")
    mine, shipped = faults(doctor.copies(tmp_path))
    assert "05_gradients.ipynb is damaged" in mine.what and "`course reset 05`" in mine.what
    assert "12_small_gpt.ipynb is damaged" in shipped.what and "git checkout" in shipped.what
    updated = [sentence for sentence, well in update(Desk(tmp_path)) if not well]
    assert updated == [mine.what, shipped.what]


def test_a_file_in_the_place_of_the_desk_is_told_to_be_moved(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "desk"))
    (tmp_path / "desk").write_text("")
    found = faults(doctor.folders(tmp_path))
    assert found[-1].mend == f"Move {tmp_path / 'desk'} away: a folder must be there."


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    def full(**_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", full)
    found = faults(doctor.folders(tmp_path))
    assert len(found) == 2
    assert "No space left" in found[0].what
    assert "free space" in found[0].mend


def test_a_torch_that_does_not_load_is_named(monkeypatch):
    broken = subprocess.CompletedProcess(
        [], 1, "", "Traceback …\nImportError: libgomp is missing\n"
    )
    monkeypatch.setattr(doctor.subprocess, "run", lambda *_, **__: broken)
    finding = doctor.pytorch()
    assert not finding.well
    assert "libgomp is missing" in finding.what


def test_a_kernel_that_does_not_start_is_named(monkeypatch):
    def dies(*_, **__):
        raise RuntimeError("Kernel died before replying to kernel_info")

    monkeypatch.setattr("course.authoring.execute.run", dies)
    finding = doctor.kernel()
    assert not finding.well
    assert "Kernel died" in finding.what


@pytest.mark.parametrize("well", [True, False])
def test_one_fault_makes_the_exit_code(monkeypatch, capsys, well):
    monkeypatch.setattr(doctor, "findings", lambda: [doctor.Finding(well, "a thing", "mend it")])
    assert command.main(["doctor"]) == (0 if well else 1)
    assert ("1 to mend." in capsys.readouterr().out) is not well


def test_a_notebook_looks_in_four_lines(capsys, monkeypatch):
    monkeypatch.setattr(doctor, "pytorch", lambda: doctor.Finding(False, "No PyTorch.", "Mend it."))
    doctor.look()
    assert capsys.readouterr().out.splitlines() == [
        "Python: ready",
        "packages: ready",
        "data: ready",
        "PyTorch: No PyTorch. Mend it.",
    ]
