"""This file is where goldenear stands beside what a user would pick instead; importing it holds libraries to one thread.

The number of threads must be said before NumPy is imported, so it is said here. What can be told later to take
more (OpenCV, PyTorch, SciPy's FFT) is told so in `threads.py`.
"""

import os

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"
