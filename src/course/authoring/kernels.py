"""The kernel in which notebooks are executed and validated: cold, offline, the same everywhere.

One place says what the author's build and the tests' validation share, so that both compute the
same outputs: single-threaded arithmetic, a fixed hash seed, a progress file of their own, no
settings of the user's, no network.
"""

import os
import platform
import tempfile
from contextlib import contextmanager
from pathlib import Path

# IPython runs this before the first cell, without a count and without leaving a name behind.
ARGUMENTS = [
    "--IPKernelApp.exec_lines=__import__('course.authoring.offline').authoring.offline.cut()",
    "--IPKernelApp.log_level=40",  # errors only: a note on loopback TCP is no news to an author
]

# A kernel binds ports that were free when they were chosen; where another process has taken one
# in between, it ends before it answers, and is started again with others.
STARTS = 3

FIXED = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",  # threads add in another order, and cost time on shared cores
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "HF_HUB_OFFLINE": "1",
}


def older_processor() -> dict[str, str]:
    """Return the environment in which libraries compute as on an older x86-64 processor.

    OpenBLAS, NumPy, ATen, oneDNN and MKL choose their kernels by the processor; without the
    newer instructions sums are taken in another order and results differ in their last digits.
    It is of the generation before this machine's: without AVX-512 where this one has it, else
    without AVX2. A processor that is older still differs in more operations (short dot products,
    tanh), but takes up to twice as long. Empty where the processor is of another family.
    """
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return {}
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    if __cpu_features__.get("AVX512F", False):
        chosen = ("Haswell", "avx2", "AVX2", "AVX2")
        newer = [name for name in __cpu_dispatch__ if "AVX512" in name or name == "X86_V4"]
    else:
        chosen = ("Nehalem", "default", "SSE41", "COMPATIBLE")
        newer = __cpu_dispatch__
    names = ("OPENBLAS_CORETYPE", "ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "MKL_CBWR")
    return {"NPY_DISABLE_CPU_FEATURES": " ".join(newer)} | dict(zip(names, chosen, strict=True))


@contextmanager
def environment(*, older: bool = False):
    """Yield the variables of a kernel's process; its own files vanish at the end.

    Parameters
    ----------
    older
        Compute as an older processor would (see `older_processor`).
    """
    with tempfile.TemporaryDirectory(prefix="course-") as own:
        extra = {
            "COURSE_PROGRESS": str(Path(own, "progress.json")),
            "IPYTHONDIR": str(Path(own, "ipython")),  # no start-up files of the user's
        }
        if older:
            extra |= older_processor()
        yield os.environ | FIXED | extra
