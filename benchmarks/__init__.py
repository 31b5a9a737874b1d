"""This file is where libraries are held to one thread, before any of them is imported.

The package measures goldenear beside what a user would pick instead. What can be told later to take more threads
(OpenCV, PyTorch, SciPy's FFT) is told so in `threads.py`.
"""

import os

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"
