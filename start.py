"""Create the course's environment if needed, then start JupyterLab or run the tests.

    python start.py lab      the notebooks in JupyterLab (arguments go to `course lab`)
    python start.py test     every test (arguments go to pytest)
    python start.py test --lesson attention     all tests of one lesson, or of `--lesson 12`
    python start.py quick    style, types and the laws of the notebooks, in a minute
    python start.py style    style and types alone, as before each commit
    python start.py bench    the side-by-side measurements
    python start.py env      the environment alone

Standard library only, and readable by old Pythons, so that it can say what is missing.
"""

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import sysconfig

HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
PYTHON = os.path.join(BIN, "python.exe" if os.name == "nt" else "python")
STAMP = os.path.join(VENV, "installed-from")  # what was installed, and for whom
LOG = os.path.join(HERE, "build", "install.log")
WHEELS = "wheels"  # in an archive made by `course build bundle`: all that is installed lies there
OLDEST, NEWEST = (3, 11), (3, 14)
NEEDED_GB = 4
DOWNLOADING = ", most of it downloading"
TORCH_CPU = "https://download.pytorch.org/whl/cpu"  # Linux: plain torch brings 3 GB for GPUs
EXTRAS = {"lab": ".", "test": ".[test]"}  # each holds those before it
NOTEBOOK_LAWS = ["tests/lessons", "tests/test_house.py", "tests/test_environment.py"]
OF_A_LESSON = ["tests/lessons", "tests/checking/test_exercises.py"]
OF_A_LESSON += ["tests/authoring/test_editions.py"]
SLOW_LAW = "every_control"  # it turns each control of each figure through its range
# Three at a time: who looks into a browser waits for it.
TWO_CORES = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

NETWORK_SIGNS = (
    "NewConnectionError",
    "NameResolutionError",
    "ProxyError",
    "ReadTimeout",
    "ConnectTimeout",
    "Connection refused",
    "connection broken",
    "dns error",  # from here on uv's words
    "error sending request",
    "operation timed out",
)


def main(arguments):
    commands = {"lab": lab, "test": test, "quick": quick, "bench": bench, "env": env}
    commands["style"] = only_style
    name = arguments[0] if arguments else "lab"
    if name not in commands:
        stop("start.py knows %s; it was given %r." % (", ".join(sorted(commands)), name))
    find_python()
    if name in ("test", "quick"):  # whose small products cost three times as much on two threads
        os.environ.update({name: "1" for name in ONE_THREAD if name not in os.environ})
    return commands[name](arguments[1:])


def env(rest):
    create_environment("lab")
    return 0


def lab(rest):
    create_environment("lab")
    return run([PYTHON, "-m", "course", "lab"] + rest)


def test(rest):
    create_environment("test")
    chosen = of_one_lesson(rest) if "--lesson" in rest else rest
    return style() or run([PYTHON, "-m", "pytest"] + (chosen or TWO_CORES))


def quick(rest):
    create_environment("test")
    laws = NOTEBOOK_LAWS + ["-k", "not " + SLOW_LAW]
    return style() or run([PYTHON, "-m", "pytest"] + laws + (rest or TWO_CORES))


def only_style(rest):
    create_environment("test")
    return style()


def style():
    """Return 0 if every file is in the one style and the types of the engines agree."""
    ruff = [PYTHON, "-m", "ruff"]
    checks = (ruff + ["check", "--quiet", "."], ruff + ["format", "--check", "--quiet", "."])
    return max(run(check) for check in checks) or run([PYTHON, "-m", "mypy"])


def of_one_lesson(rest):
    """Return pytest's arguments for a lesson's laws, bank and notebook; `--browser` adds that."""
    place = rest.index("--lesson")
    word = rest[place + 1] if place + 1 < len(rest) else ""
    others = [w for w in rest[:place] + rest[place + 2 :] if w != "--browser"]
    names = sorted(n for n in os.listdir("notebooks") if n.endswith(".ipynb"))
    for name in names:
        number, slug = name[: -len(".ipynb")].split("_", 1)
        if word and word in (slug, number, number.lstrip("0"), number + "_" + slug):
            browser = ["tests/test_browser.py"] if "--browser" in rest else []
            places = OF_A_LESSON + browser + [os.path.join("notebooks", name)]
            return places + ["-k", slug] + TWO_CORES + others
    stop("There is no lesson %r. There are: %s." % (word, ", ".join(names)))


def bench(rest):
    create_environment("test")
    found = sorted(n[:-3] for n in os.listdir("bench") if n.endswith(".py"))
    return max(run([PYTHON, os.path.join("bench", name + ".py")]) for name in rest or found)


def find_python():
    """Go on under a Python that the libraries support, or say which to install."""
    minors = sorted(set(minor for minor, _ in torch_wheels(WHEELS)), reverse=True)
    minors = minors or list(range(NEWEST[1], OLDEST[1] - 1, -1))
    if sys.version_info[0] == 3 and sys.version_info[1] in minors:
        return
    folders = os.environ.get("PATH", "").split(os.pathsep)
    others = [os.path.join(f, "python3.%d" % minor) for minor in minors for f in folders]
    for other in [PYTHON] * os.path.exists(STAMP) + others:
        if os.path.exists(other) and starts(other):
            sys.exit(subprocess.call([other, os.path.abspath(__file__)] + sys.argv[1:]))
    if torch_wheels(WHEELS):
        known = " or ".join("3.%d" % minor for minor in minors[::-1])
        stop(
            "This archive is for Python %s; this is %d.%d and no other was found.\n"
            "Install that one, or ask for an archive that is made for yours."
            % ((known,) + sys.version_info[:2])
        )
    stop(
        "The course needs Python 3.11 to 3.14; this is %d.%d and no other was found.\n"
        "Install one from https://www.python.org/downloads/ and run this again."
        % sys.version_info[:2]
    )


def starts(python):
    """Say whether a Python runs: a version manager's stand-in may not."""
    with open(os.devnull, "w") as nothing:
        return subprocess.call([python, "-c", ""], stdout=nothing, stderr=nothing) == 0


def create_environment(extra):
    """Install what pyproject.toml names for `extra`, at the versions of constraints.txt."""
    wanted = fingerprint()
    stamp = (read(STAMP).split() if os.path.exists(STAMP) else []) + ["", ""]
    known = list(EXTRAS)
    if stamp[0] == wanted and stamp[1] in known[known.index(extra) :]:
        return
    free = shutil.disk_usage(HERE).free / 1e9
    if free < NEEDED_GB and not os.path.exists(STAMP):
        stop(
            "The environment needs %d GB of disk; %.1f GB are free in %s." % (NEEDED_GB, free, HERE)
        )
    os.makedirs(os.path.dirname(LOG), exist_ok=True)
    open(LOG, "w").close()
    if torch_wheels(WHEELS):
        use_archive(extra)
    say("1 of 2  creating .venv (once; about a minute%s)" % ("" if offline() else DOWNLOADING))
    if not works(PYTHON):
        create_venv()
    say("2 of 2  installing what %s needs" % {"lab": "the lessons"}.get(extra, "the tests"))
    settings = pip_settings()
    uv = find_uv()
    if not (uv and install_by_uv(uv, EXTRAS[extra], settings)):
        install_by_pip(EXTRAS[extra])
    with open(STAMP, "w") as file:
        file.write(wanted + " " + extra + "\n")
    say("The environment is ready.")


def use_archive(extra):
    """Let the installers look into the archive's folder of wheels and nowhere else."""
    if extra != "lab":
        stop("This archive holds what the lessons need; the tests are in the repository.")
    if not any(fits(platform) for _, platform in torch_wheels(WHEELS)):
        made_for = sorted(set(platform for _, platform in torch_wheels(WHEELS)))
        stop(
            "This archive is for %s; this machine is %s.\nAsk for one that is made for it."
            % (" and ".join(made_for), sysconfig.get_platform())
        )
    # A relative name: pip takes a space in a path for the end of it.
    os.environ.update(PIP_NO_INDEX="1", PIP_FIND_LINKS=WHEELS, UV_FIND_LINKS=WHEELS)
    os.environ["UV_OFFLINE"] = "1"


def offline():
    return os.environ.get("PIP_FIND_LINKS") == WHEELS


def fits(platform):
    """Say whether this machine runs wheels of a platform, such as manylinux_2_28_x86_64."""
    machine = sysconfig.get_platform().split("-")[-1]
    if machine == "universal2":  # a Python for both kinds of Mac
        machine = os.uname()[-1]
    known = {"linux": ("linux", "manylinux"), "darwin": ("macosx",), "win32": ("win",)}
    return platform.startswith(known.get(sys.platform, ())) and platform.endswith(machine)


def create_venv():
    shutil.rmtree(VENV, ignore_errors=True)
    if run([sys.executable, "-m", "venv", VENV]) != 0:
        stop(
            "Python could not create a virtual environment; the lines above say why.\n"
            "On Debian and Ubuntu: sudo apt install python3-venv, then run this again."
        )


def find_uv():
    """Return a uv, which installs several times as fast as pip; None where there is none."""
    inside = os.path.join(BIN, "uv.exe" if os.name == "nt" else "uv")
    if not os.path.exists(inside) and not shutil.which("uv"):
        run([PYTHON, "-m", "pip", "install", "--quiet", "--only-binary=:all:", "uv"], quiet=True)
    return inside if os.path.exists(inside) else shutil.which("uv")


def install_by_uv(uv, what, settings):
    """Install everything at once; false if that failed."""
    command = [uv, "pip", "install", "--python", PYTHON]
    command += ["-c", "constraints.txt", torch_pin(), "--editable", what]
    if offline():
        settings = {}
        command.append("--no-index")
    elif sys.platform == "linux" and not holds_torch(settings.get("find-links", "")):
        command.append("--torch-backend=cpu")
    if follow(command, environment(uv_settings(settings))) != 0:
        return False
    compile_beside()
    return True


def compile_beside():
    """Compile what was installed while the first page is read: imports then take a third.

    pip would make the learner wait for it; uv leaves it out.
    """
    code = (
        "import compileall, os, sysconfig; getattr(os, 'nice', int)(10); "
        "compileall.compile_dir(sysconfig.get_path('purelib'), quiet=2, workers=0)"
    )
    nothing = subprocess.DEVNULL
    subprocess.Popen(
        [PYTHON, "-c", code], env=environment(), stdout=nothing, stderr=nothing, cwd=HERE
    )


def install_by_pip(what):
    """The same by pip, which explains what it cannot do."""
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar=off"]
    command += ["-c", "constraints.txt"]
    local = command + ["--quiet", "--no-index", "--no-deps", torch_pin()]
    steps = [command + ["--editable", what]]
    if run(local, quiet=True) != 0:  # no local folder of wheels
        steps.insert(0, command + [torch_pin()])
        steps[0] += ["--index-url", TORCH_CPU] if sys.platform == "linux" else []
    for step in steps:
        if follow(step, environment()) != 0:
            explain_failure(read(LOG))


def torch_pin():
    pins = read("constraints.txt").splitlines()
    return next(line for line in pins if line.startswith("torch=="))


def holds_torch(folders, minor=sys.version_info[1]):
    """Say whether a local folder of wheels has PyTorch at the pinned version for a Python 3."""
    return any(minor == known for place in folders.split() for known, _ in torch_wheels(place))


def torch_wheels(folder):
    """Return for which Pythons 3 and platforms a folder has PyTorch at the pinned version."""
    tags = r"(?:\+\w+)?-cp3(\d+)-cp3\d+-([\w.]+)\.whl$"
    wheel = re.compile(torch_pin().replace("==", "-") + tags)
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    found = [wheel.match(name) for name in names]
    return [(int(one.group(1)), one.group(2)) for one in found if one]


def pip_settings(python=PYTHON):
    """Return what pip is set up with on this machine: places of packages, certificates."""
    listed = subprocess.Popen(
        [python, "-m", "pip", "config", "list"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        universal_newlines=True,
    ).communicate()[0]
    found = re.findall(r"^(:?\w+:?)\.([\w-]+)='(.*)'$", listed, re.MULTILINE)
    found.sort(key=lambda setting: setting[0] == ":env:")  # the environment has the last word
    return {name: value.replace("\\n", " ") for _, name, value in found}


def uv_settings(settings):
    """Return the same for uv, which does not read pip's; its own variables have precedence."""
    names = {
        "find-links": "UV_FIND_LINKS",
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "cert": "SSL_CERT_FILE",
        "constraint": "UV_CONSTRAINT",
    }
    told = {names[name]: value for name, value in settings.items() if name in names}
    if "UV_FIND_LINKS" in told:
        told["UV_FIND_LINKS"] = ",".join(told["UV_FIND_LINKS"].split())
    if "UV_INDEX" in told:  # pip takes the best version wherever it lies
        told["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {name: value for name, value in told.items() if name not in os.environ}


def follow(command, variables):
    """Run an installer, showing its progress; all that it says goes to LOG."""
    process = subprocess.Popen(
        command,
        cwd=HERE,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        errors="replace",
    )
    with open(LOG, "a") as log:
        for line in process.stdout:
            log.write(line)
            show_progress(line)
    return process.wait()


LAST_STEPS = ("Resolved", "Prepared", "Installed")
STEPS = LAST_STEPS + ("Collecting", "Processing", "Downloading", "Downloaded", "Building")


def show_progress(line):
    """Show what an installer is at: one line that moves, or every so often one that stays."""
    words = line.split()
    if not words or words[0] not in STEPS:
        return
    show_progress.packages += words[0] in ("Collecting", "Processing", "Downloaded")
    text = "        " + " ".join([words[0].lower()] + words[1:3])[:60]
    if words[0] in ("Collecting", "Processing", "Downloaded"):
        text = "        %3d packages  %s" % (show_progress.packages, os.path.basename(words[1]))
    if sys.stdout.isatty():
        sys.stdout.write("\r" + text.ljust(79) + "\n" * (words[0] in LAST_STEPS))
    elif words[0] in LAST_STEPS or (
        words[0] not in ("Downloading", "Building") and show_progress.packages % 25 == 1
    ):
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
    if offline():
        stop(
            "The archive lacks something for Python %d.%d.%d on this machine; the lines above say\n"
            "what. INSTALL.txt says which machines it is for." % sys.version_info[:3]
        )
    missing = re.findall(r"No matching distribution found for (\S+)", log)
    if missing:
        stop(
            "The registry answers, but has no %s for Python %d.%d on this machine.\n"
            "Delete the folder .venv and run this again with another Python, as in\n"
            "python3.12 start.py lab" % ((missing[-1],) + sys.version_info[:2])
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


def environment(more=()):
    # PYTHONDONTWRITEBYTECODE would make every later import of torch three times as slow.
    variables = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    variables["PATH"] = BIN + os.pathsep + variables.get("PATH", "")
    variables.update(more)
    return variables


def read(path):
    with io.open(path, encoding="utf-8", errors="replace") as file:  # Python 2 has no other
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
