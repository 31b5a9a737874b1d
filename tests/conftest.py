"""Settings and fixtures that all tests share."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from goldenear.cli import main

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))

settings.register_profile(
    "goldenear",
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
settings.load_profile("goldenear")


@pytest.fixture(autouse=True, scope="session")
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep packed libraries out of the user's cache folder; what is compiled stays with the code, and silently so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GOLDENEAR_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("GOLDENEAR_QUIET", "1")
        yield


@pytest.fixture(params=["numpy", "numba", "fft", "torch"])
def backend(request: pytest.FixtureRequest) -> str:
    """Run a test once on every engine."""
    return request.param


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):
    """Return a function that runs the command line and gives (exit code, standard output, standard error)."""

    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        return left.value.code, out, err

    return call
