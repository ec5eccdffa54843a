"""One thread for whatever library runs: these models are tiny, and threads that wait for a shared core spin."""

import pytest


@pytest.fixture(autouse=True)
def one_thread():
    threadpoolctl = pytest.importorskip("threadpoolctl")  # comes with scikit-learn
    with threadpoolctl.threadpool_limits(1):
        yield
