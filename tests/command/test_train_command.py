"""`course train` and `course generate` as a user meets them: whole, interrupted, refused."""

import hashlib
import json
import math
import os
import pickle
import re
import shlex
import signal
import subprocess
import sys
import time

import pytest

from course import data
from course.command import main as command
from course.command import train
from course.transformers import bpe, merges
from course.transformers.gpt import decoder, minutes
from course.transformers.gpt import run as runs
from course.transformers.gpt.model import GPT
from course.transformers.tokenizer import BytePairs

TEXT = "the cat sat on the mat, and the dog lay on the log. " * 60
SIZE = ["--layers", "1", "--heads", "2", "--width", "16", "--context", "16", "--batch", "4"]
UNIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def course(*words):
    return command.main([str(word) for word in words])


def start(*words):
    line = [sys.executable, "-m", "course", *map(str, words)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)


def steps_of(folder):
    try:
        return json.loads((folder / "run.json").read_text())["step"]
    except (OSError, ValueError):
        return 0


def wait_for(child, folder, step):
    """Until the run on disk is at least so far."""
    while steps_of(folder) < step and child.poll() is None:
        time.sleep(0.02)
    assert child.poll() is None, child.stdout.read().decode()


def contents(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_train_then_generate(text, tmp_path, capsys):
    out = tmp_path / "run"
    assert course("train", "--text", text, "--out", out, "--steps", 40, *SIZE) == 0
    shown = capsys.readouterr().out
    assert "312 held out" in shown
    assert "nats = " in shown
    assert "bits per character" in shown
    assert course("generate", out, "--prompt", "the ", "--length", 30) == 0
    written = capsys.readouterr().out
    assert written.startswith("the ")
    assert len(written) == 4 + 30 + 1
    course("generate", out, "--prompt", "the ", "--length", 30)
    assert capsys.readouterr().out == written


BPE = ["--tokens", "bpe", "--vocabulary", "270"]


def test_byte_pairs_are_trained_and_write_whole_characters(tmp_path, capsys):
    """The loss is told per character and per byte, so that it compares with any other run's."""
    path, out = tmp_path / "text.txt", tmp_path / "run"
    path.write_text("床前明月光，the cat sat on the mat. " * 90, encoding="utf-8")
    assert course("train", "--text", path, "--out", out, "--steps", 12, *BPE, *SIZE) == 0
    shown = capsys.readouterr().out
    assert "270 different tokens" in shown
    nats, bits, per_byte = map(
        float,
        re.search(r": ([\d.]+) nats = ([\d.]+) bits per character, ([\d.]+) bits", shown).groups(),
    )
    assert bits == pytest.approx(nats / math.log(2), abs=1e-3)
    _, held_out = data.split_text(path.read_text(encoding="utf-8"))
    assert per_byte == pytest.approx(bits * len(held_out) / len(held_out.encode()), abs=1e-3)
    facts = json.loads((out / "run.json").read_text(encoding="utf-8"))["facts"]
    assert facts["merges"].startswith("#version: 0.2\n") and "alphabet" not in facts
    assert course("generate", out, "--prompt", "月€ ", "--length", 30) == 0
    written = capsys.readouterr().out
    assert written.startswith("月€ ") and len(written) == 3 + 30 + 1


def test_the_loss_of_byte_pairs_is_that_of_the_text(tmp_path, capsys):
    """Before it has learnt anything a model is as surprised by a text however it is cut."""
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    said = {}
    for tokens in ("characters", "bpe"):
        out = tmp_path / tokens
        options = ["--tokens", tokens, "--steps", 1, "--seed", 3]
        assert course("train", "--text", path, "--out", out, *options, *SIZE) == 0
        said[tokens] = float(re.search(r": ([\d.]+) nats =", capsys.readouterr().out)[1])
    kinds = len(set(TEXT))
    assert said["characters"] == pytest.approx(math.log(kinds), abs=0.5)
    learnt, held_out = data.split_text(TEXT)
    words = merges.learn(bpe.count_words(learnt), 1024 - 256)
    ids = BytePairs(words).encode(held_out)
    expected = math.log(256 + len(words)) * len(ids) / len(held_out)
    assert said["bpe"] == pytest.approx(expected, abs=0.3)


def test_a_run_keeps_its_tokens(text, tmp_path, capsys):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    options = ["--text", text, *BPE, *SIZE]
    course("train", "--out", whole, "--steps", 6, *options)
    course("train", "--out", parts, "--steps", 6, *options)
    words = json.loads((parts / "run.json").read_text())
    words["recipe"]["steps"] = 8
    (parts / "run.json").write_text(json.dumps(words))
    capsys.readouterr()
    assert course("train", "--resume", "--out", parts, "--tokens", "characters") == 1
    assert "reads byte pairs with 270 tokens, and can't change that" in capsys.readouterr().err
    assert course("train", "--resume", "--out", parts) == 0
    assert steps_of(parts) == 8
    after = json.loads((parts / "run.json").read_text())["facts"]
    assert after == json.loads((whole / "run.json").read_text())["facts"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--vocabulary", "300"], "--vocabulary goes with --tokens bpe"),
        (["--tokens", "bpe", "--vocabulary", "200"], "the bytes alone are 256 tokens"),
    ],
)
def test_a_vocabulary_that_cannot_be_is_refused(text, tmp_path, capsys, options, says):
    assert course("train", "--text", text, "--out", tmp_path / "run", *options, *SIZE) == 1
    assert says in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_text_without_breaks_is_refused_before_it_takes_hours(tmp_path, capsys):
    path = tmp_path / "genome.txt"
    path.write_text("acgt" * 10_000, encoding="utf-8")
    assert course("train", "--text", path, "--out", tmp_path / "run", *BPE, *SIZE) == 1
    assert "holds a word of 40,000 characters" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda m: m.replace("\n", "\nĠĠĠ Ġ\n", 1), "line 2: “ĠĠĠ Ġ” is not two tokens"),
        (lambda m: "merges", "its first line is not"),
        (lambda m: None, "neither an alphabet nor merges"),
    ],
)
def test_damaged_merges_are_told(text, tmp_path, capsys, change, says):
    out = tmp_path / "run"
    course("train", "--text", text, "--out", out, "--steps", 1, *BPE, *SIZE)
    words = json.loads((out / "run.json").read_text(encoding="utf-8"))
    words["facts"]["merges"] = change(words["facts"]["merges"])
    (out / "run.json").write_text(json.dumps(words), encoding="utf-8")
    capsys.readouterr()
    assert course("generate", out) == 1
    told = capsys.readouterr().err
    assert "doesn't say which text its tokens are" in told and says in told


def test_generate_writes_with_a_cache(text, tmp_path, monkeypatch):
    """Each character is read once: one call of one position, and no module is called."""
    out = tmp_path / "run"
    assert course("train", "--text", text, "--out", out, "--steps", 5, *SIZE) == 0
    sizes, read = [], decoder.Decoder.read

    def counted(self, ids):
        sizes.append(ids.shape[1])
        return read(self, ids)

    monkeypatch.setattr(decoder.Decoder, "read", counted)
    monkeypatch.setattr(GPT, "forward", lambda *_: pytest.fail("the whole text was read"))
    assert course("generate", out, "--prompt", "the ", "--length", 6) == 0
    assert sizes == [4, 1, 1, 1, 1, 1]


def test_minutes_become_steps(text, tmp_path, monkeypatch):
    """By the pace that was measured; here one step is said to take 0.1 s, whatever it takes."""
    out, held_out = tmp_path / "run", 312 / (4 * 16)
    monkeypatch.setattr(runs, "pace", lambda *_, **__: 0.1)
    assert course("train", "--text", text, "--out", out, "--minutes", 0.1, *SIZE) == 0
    assert steps_of(out) == minutes.plan(6, 0.1, held_out)[0] > 20


@UNIX
def test_killed_or_interrupted_and_resumed_is_uninterrupted(text, tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    options = ["--text", text, "--steps", 300, *SIZE]
    uninterrupted = start("train", "--out", whole, *options)
    child = start("train", "--out", parts, *options)
    wait_for(child, parts, 60)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    child = start("train", "--resume", "--out", parts)
    wait_for(child, parts, 120)
    child.send_signal(signal.SIGINT)
    said = child.communicate()[0].decode()
    if child.returncode == 130:  # else it was faster than the signal
        assert "all is kept" in said
        assert "Go on with" in said
        assert start("train", "--resume", "--out", parts).wait() == 0
    assert uninterrupted.wait() == 0
    assert contents(whole) == contents(parts)


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        (b"", [], "at least"),
        (b"abcabc", [], "the tokens of the text, 5, are too few for one window"),
        (b"ab", [], "the tokens of the text, 1, are too few for one window"),
        (b"\xff\xfe\x00", [], "not UTF-8"),
        (None, [], "There is no file"),
        (TEXT.encode(), ["--minutes", "-1"], "must be above 0"),
        (TEXT.encode(), ["--steps", "0"], "steps is 0"),
        (TEXT.encode(), ["--heads", "3"], "don't divide"),
        (TEXT.encode(), ["--batch", "-1"], "batch -1"),
    ],
)
def test_what_cannot_be_trained_is_refused(tmp_path, capsys, content, options, says):
    path = tmp_path / "text.txt"
    if content is not None:
        path.write_bytes(content)
    code = course("train", "--text", path, "--out", tmp_path / "run", *SIZE, *options)
    assert code == 1
    assert says in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_runs_are_neither_overwritten_nor_mixed(text, tmp_path, capsys):
    out = tmp_path / "run"
    course("train", "--text", text, "--out", out, "--steps", 2, *SIZE)
    assert course("train", "--text", text, "--out", out) == 1
    assert "holds a run already" in capsys.readouterr().err
    text.write_text(TEXT + "more", encoding="utf-8")
    assert course("train", "--resume", "--out", out) == 1
    assert "not the text" in capsys.readouterr().err
    assert course("train", "--resume", "--out", tmp_path / "none") == 1
    assert "holds no run" in capsys.readouterr().err


def test_a_damaged_run_or_an_unknown_letter_is_refused(text, tmp_path, capsys):
    out = tmp_path / "run"
    course("train", "--text", text, "--out", out, "--steps", 2, *SIZE)
    assert course("generate", out, "--prompt", "€") == 1
    assert "has read has no '€'; leave it out of --prompt" in capsys.readouterr().err
    assert course("generate", out, "--prompt", "") == 1
    assert "at least one token" in capsys.readouterr().err
    assert course("generate", out, "--temperature", -1) == 1
    assert capsys.readouterr().out == "", "nothing is written before what is wrong"
    (best,) = out.glob("best-*")
    best.write_bytes(best.read_bytes()[:-9])
    assert course("generate", out) == 1
    assert "is damaged" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["train", "generate"])
def test_a_missing_folder_is_asked_for_by_an_example(capsys, name):
    assert course(name) == 1
    assert f"for example: `course {name} " in capsys.readouterr().err


def test_commands_that_are_suggested_can_be_pasted(text, tmp_path, capsys):
    out = tmp_path / "my first run"
    course("train", "--text", text, "--out", out, "--steps", 2, *SIZE)
    suggested = capsys.readouterr().out.split("Let it write: ")[1]
    assert course(*shlex.split(suggested)[1:], "--length", 5) == 0
    capsys.readouterr()
    assert course("train", "--out", out) == 1
    suggested = capsys.readouterr().err.split("`")[1]
    assert course(*shlex.split(suggested)[1:]) == 0


def test_a_run_that_is_complete_says_so_and_how_to_train_longer(text, tmp_path, capsys):
    out = tmp_path / "run"
    course("train", "--text", text, "--out", out, "--steps", 2, *SIZE)
    capsys.readouterr()
    resumed = ["train", "--resume", "--out", out]
    assert course(*resumed, "--minutes", 0.1, "--seed", 0) == 0
    said = capsys.readouterr().out
    assert "counts for nothing now: --minutes, --seed.\n" in said
    suggested = said.split("complete, with 2 steps. Another one can be longer: ")[1].splitlines()[0]
    assert course(*shlex.split(suggested)[1:], "--steps", 3) == 0
    assert steps_of(tmp_path / "run_longer") == 3
    one, other = (
        json.loads((tmp_path / name / "run.json").read_text()) for name in ("run", "run_longer")
    )
    assert one["config"] == other["config"] and one["facts"]["asked"] == other["facts"]["asked"]
    capsys.readouterr()
    assert course(*resumed) == 0
    assert "counts for nothing" not in capsys.readouterr().out


@pytest.mark.parametrize(("text", "prompt"), [("the cat. " * 99, "the"), ("+-" * 300, "+")])
def test_what_is_suggested_to_go_on_from_is_a_word_of_the_text(tmp_path, capsys, text, prompt):
    path = tmp_path / "text.txt"
    path.write_text(text, encoding="utf-8")
    course("train", "--text", path, "--out", tmp_path / "run", "--steps", 1, *SIZE)
    suggested = capsys.readouterr().out.split("Let it write: ")[1]
    assert shlex.split(suggested)[-1] == prompt


def test_a_text_that_would_fill_the_memory_is_refused_at_once(tmp_path, capsys):
    path = tmp_path / "large text.txt"
    with open(path, "wb") as file:
        file.truncate(10**9)  # holes: nothing is written
    begun = time.perf_counter()
    assert course("train", "--text", path, "--out", tmp_path / "run") == 1
    assert time.perf_counter() - begun < 20
    said = capsys.readouterr().err
    assert "has 1,000 MB; this command reads at most 100 MB" in said
    assert f"head -c 100000000 '{path}' > part.txt" in said


def test_a_pickle_or_a_file_for_a_folder_is_told_apart(text, tmp_path, capsys):
    out = tmp_path / "run"
    course("train", "--text", text, "--out", out, "--steps", 2, *SIZE)
    (best,) = out.glob("best-*")
    assert course("generate", best) == 1
    assert "is a file; give the folder" in capsys.readouterr().err
    best.write_bytes(content := pickle.dumps({"E": [1.0]}))
    words = json.loads((out / "run.json").read_text())
    words["files"]["best"]["sha256"] = hashlib.sha256(content).hexdigest()
    (out / "run.json").write_text(json.dumps(words))
    assert course("generate", out) == 1
    assert "is a pickle, which may run any program" in capsys.readouterr().err


@pytest.mark.parametrize("out", ["flat", "flat/run"])
@UNIX
def test_a_folder_that_cannot_be_is_told_before_anything_is_read(
    text, tmp_path, capsys, monkeypatch, out
):
    (tmp_path / "flat").write_text("a file")
    monkeypatch.setattr(train, "read", lambda *_: pytest.fail("the text was read"))
    assert course("train", "--text", text, "--out", tmp_path / out, *SIZE) == 1
    assert f"{out} can't be used: not a directory. A file stands" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error",
    [
        MemoryError("Unable to allocate 95.4 GiB"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried 1 byte"),
        RuntimeError("CUDA out of memory. Tried to allocate 20 GiB\nSee the manual"),
    ],
)
def test_too_little_memory_names_what_makes_a_run_smaller(
    text, tmp_path, capsys, monkeypatch, error
):
    def full(*_):
        raise error

    monkeypatch.setattr(train, "begin", full)
    assert course("train", "--text", text, "--out", tmp_path / "run", *SIZE) == 1
    said = capsys.readouterr().err
    assert str(error).splitlines()[0] in said
    assert said.endswith(
        "Begin a run in another folder with a smaller --batch, --width or --context.\n"
    )
    monkeypatch.setattr(train, "begin", lambda *_: [][1])
    course("train", "--text", text, "--out", tmp_path / "run", *SIZE)
    assert "IndexError" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "needed"), [("train", "--out DIR"), ("generate", "DIR")])
def test_the_usage_shows_what_is_needed_without_brackets(capsys, name, needed):
    with pytest.raises(SystemExit):
        course(name, "--help")
    assert capsys.readouterr().out.startswith(f"usage: course {name} {needed} [OPTION …]\n")


@UNIX
def test_a_full_disk_says_what_and_where_and_keeps_what_was_saved(text, tmp_path):
    """A limit on the size of files is the system's own refusal to write any more."""
    out = tmp_path / "run"
    code = (
        "import resource, sys\nfrom course.command import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)\n"
        "sys.exit(main.main(sys.argv[2:]))"
    )
    train = ["train", "--text", str(text), "--out", str(out), "--steps", "30", *SIZE]

    def limited(size, *words):
        line = [sys.executable, "-c", code, str(size), *words]
        return subprocess.run(line, capture_output=True, text=True, check=False)

    done = limited(1000, *train)
    assert done.returncode == 1
    assert f"step 0 of the run can't be kept in {out}: File too large" in done.stderr
    assert "Nothing was saved before" in done.stderr
    assert limited(10**9, *train).returncode == 0
    before = contents(out)
    words = json.loads(before["run.json"])
    words["recipe"]["steps"] = 60  # there is more to do, and no room for it
    (out / "run.json").write_text(json.dumps(words))
    done = limited(1000, "train", "--resume", "--out", str(out))
    assert done.returncode == 1
    assert "What was saved at step 30 is whole" in done.stderr
    assert {**contents(out), "run.json": before["run.json"]} == before
