"""Create the course's environment if needed, then start JupyterLab or run the tests.

    python start.py lab      the notebooks in JupyterLab (arguments go to `course lab`)
    python start.py test     every test (arguments go to pytest)
    python start.py bench    the side-by-side measurements
    python start.py env      the environment alone

Standard library only, and readable by old Pythons, so that it can say what is missing.
"""

import hashlib
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
PYTHON = os.path.join(BIN, "python.exe" if os.name == "nt" else "python")
STAMP = os.path.join(VENV, "installed-from")
LOG = os.path.join(HERE, "build", "install.log")
OLDEST, NEWEST = (3, 11), (3, 14)
NEEDED_GB = 4
TORCH_CPU = "https://download.pytorch.org/whl/cpu"  # Linux: plain torch brings 3 GB for GPUs

NETWORK_SIGNS = (
    "NewConnectionError",
    "NameResolutionError",
    "ProxyError",
    "ReadTimeout",
    "ConnectTimeout",
    "Connection refused",
    "connection broken",
    "(from versions: none)",  # what a silent index leaves in pip's log
)


def main(arguments):
    commands = {"lab": lab, "test": test, "bench": bench, "env": lambda rest: 0}
    name = arguments[0] if arguments else "lab"
    if name not in commands:
        stop("start.py knows %s; it was given %r." % (", ".join(sorted(commands)), name))
    find_python()
    create_environment()
    return commands[name](arguments[1:])


def lab(rest):
    return run([PYTHON, "-m", "course", "lab", *rest])


def test(rest):
    return run([PYTHON, "-m", "ruff", "check", "--quiet", "."]) or run(
        [PYTHON, "-m", "pytest"] + (rest or ["-n", "2", "--dist", "loadfile"])
    )


def bench(rest):
    pip("--quiet", "--editable", ".[bench]")
    programs = rest or ["mlp", "optim", "linalg", "validation", "widgets", "generate", "gpt"]
    return max(run([PYTHON, os.path.join("bench", name + ".py")]) for name in programs)


def find_python():
    """Go on under a Python that the pinned libraries support, or say which to install."""
    if OLDEST <= sys.version_info[:2] <= NEWEST or os.path.exists(STAMP):
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        other = shutil.which("python3.%d" % minor)
        if other:
            sys.exit(subprocess.call([other, os.path.abspath(__file__), *sys.argv[1:]]))
    stop(
        "The course needs Python 3.11 to 3.14; this is %d.%d and no other was found.\n"
        "Install one from https://www.python.org/downloads/ and run this again."
        % sys.version_info[:2]
    )


def create_environment():
    """Install what pyproject.toml names, at the versions of constraints.txt, into .venv."""
    wanted = fingerprint()
    if os.path.exists(STAMP) and read(STAMP).split()[:1] == [wanted]:
        return
    free = shutil.disk_usage(HERE).free / 1e9
    if free < NEEDED_GB and not os.path.exists(STAMP):
        stop(
            "The environment needs %d GB of disk; %.1f GB are free in %s." % (NEEDED_GB, free, HERE)
        )
    os.makedirs(os.path.dirname(LOG), exist_ok=True)
    open(LOG, "w").close()
    say("1 of 3  creating .venv (once; a few minutes, most of them downloading)")
    if not works(PYTHON):
        shutil.rmtree(VENV, ignore_errors=True)
        if run([sys.executable, "-m", "venv", VENV]) != 0:
            stop(
                "Python could not create a virtual environment; the lines above say why.\n"
                "On Debian and Ubuntu: sudo apt install python3-venv, then run this again."
            )
    say("2 of 3  installing PyTorch")
    install_torch()
    say("3 of 3  installing JupyterLab and everything else")
    pip("--editable", ".[test]")
    with open(STAMP, "w") as file:
        file.write(wanted + "\n")
    say("The environment is ready.")


def install_torch():
    """The CPU build: from a local folder of wheels if pip is set up with one, else from PyTorch."""
    pins = read("constraints.txt").splitlines()
    version = next(line for line in pins if line.startswith("torch=="))
    local = ["install", "--quiet", "--no-index", "--no-deps", version]
    if run([PYTHON, "-m", "pip", *local], quiet=True) == 0:
        return
    pip(version, *(["--index-url", TORCH_CPU] if sys.platform == "linux" else []))


def pip(*arguments):
    """Install, showing one line that moves; all that pip says goes to LOG."""
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar=off"]
    process = subprocess.Popen(
        [*command, "-c", "constraints.txt", *arguments],
        cwd=HERE,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        errors="replace",
    )
    with open(LOG, "a") as log:
        for line in process.stdout:
            log.write(line)
            show_progress(line)
    print("")
    if process.wait() != 0:
        explain_failure(read(LOG))


def show_progress(line):
    verb, _, rest = line.partition(" ")
    show_progress.packages += verb in ("Collecting", "Processing")
    if verb not in ("Collecting", "Processing", "Downloading", "Building", "Installing"):
        return
    what = "" if verb == "Installing" else os.path.basename((rest.split() or [""])[0])[:50]
    text = "        %3d packages  %s %s" % (show_progress.packages, verb.lower(), what)
    if sys.stdout.isatty():
        sys.stdout.write("\r" + text.ljust(90))
    elif verb == "Installing" or (verb != "Downloading" and show_progress.packages % 25 == 1):
        print(text)
    sys.stdout.flush()


show_progress.packages = 0


def explain_failure(log):
    lines = [line for line in log.splitlines() if "ERROR: " in line]
    print("\n".join(lines[-5:]))
    if "No space left on device" in log:
        stop("The disk is full. Free %d GB, then run this again." % NEEDED_GB)
    if any(sign in log for sign in NETWORK_SIGNS):
        stop(
            "The package registry could not be reached. Installing needs the network once;\n"
            "the course itself never does. Check the connection, then run this again."
        )
    stop("pip failed; the lines above say why, and %s has all that it said." % LOG)


def fingerprint():
    """Changes when the pins, the Python or the place of the checkout change."""
    digest = hashlib.sha256(HERE.encode())
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update(read(os.path.join(HERE, name)).encode())
    return digest.hexdigest()


def works(python):
    return os.path.exists(python) and run([python, "-c", "import pip"], quiet=True) == 0


def run(command, quiet=False):
    sink = subprocess.DEVNULL if quiet else None
    return subprocess.call(command, cwd=HERE, env=environment(), stdout=sink, stderr=sink)


def environment():
    # PYTHONDONTWRITEBYTECODE would make every later import of torch three times as slow.
    variables = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    variables["PATH"] = BIN + os.pathsep + variables.get("PATH", "")
    return variables


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def say(sentence):
    print(sentence)
    sys.stdout.flush()


def stop(sentence):
    sys.exit(sentence)


if __name__ == "__main__":
    try:
        os.chdir(HERE)
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("Stopped. Running the same command again goes on from here.")
