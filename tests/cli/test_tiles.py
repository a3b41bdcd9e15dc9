"""``contrechamp tiles``: whoever works on the tiles, and how often, the figures are the same."""

import json
import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest

from cli.commands import TOWN, Run

ASKED = ("--draws", "40", "--tile", "100", "--levels", "62.5")
S3_SERVER = Path(sys.prefix) / "s3-server"


def run(contrechamp: Run, out: Path | str, *more: str):
    return contrechamp("tiles", TOWN, "-o", out, *ASKED, *more)


def figures(out: Path) -> bytes:
    return (out / "figures.json").read_bytes()


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run by one process."""
    out = tmp_path_factory.mktemp("tiles") / "alone"
    command = [sys.executable, "-m", "contrechamp", "tiles", TOWN, "-o", out, *ASKED]
    subprocess.run([*command, "--workers", "1"], check=True, capture_output=True)
    return out


def test_the_figures_are_those_of_measure(contrechamp: Run, alone: Path, tmp_path: Path) -> None:
    done = contrechamp(
        *("measure", TOWN, "-o", tmp_path / "whole", "--draws", "40", "--levels", "62.5"),
        *("--homes", "0"),
    )
    assert done.status == 0, done.err
    whole = json.loads((tmp_path / "whole" / "figures.json").read_text())
    by_name = {(one["key"], one["level"], one["group"]): one for one in whole["figures"]}
    told = json.loads(figures(alone))
    assert told["counts"]["tiles"] >= 4
    assert len(told["figures"]) == 6
    for one in told["figures"]:
        same = by_name[one["key"], one["level"], one["group"]]
        for name in ("median", "q05", "q95"):
            assert one["estimate"][name] == pytest.approx(same["estimate"][name], abs=2e-6)
        assert one["span"]["low"] == pytest.approx(same["span"]["low"], abs=2e-6)
    pieces = [gpd.read_parquet(path) for path in sorted((alone / "streets").iterdir())]
    assert sum(part["length_m"].sum() for part in pieces) == pytest.approx(told["walkable_m"])


def test_two_processes_find_the_same(contrechamp: Run, alone: Path, tmp_path: Path) -> None:
    done = run(contrechamp, tmp_path / "two", "--workers", "2")
    assert done.status == 0, done.err
    assert "within view of" in done.out
    assert figures(tmp_path / "two") == figures(alone)


def test_for_machines_it_says_the_same(contrechamp: Run, alone: Path) -> None:
    done = run(contrechamp, alone, "--json")
    assert done.status == 0, done.err
    said, written = json.loads(done.out), json.loads(figures(alone))
    assert said["counts"] == written["counts"]
    first, same = said["figures"][0], written["figures"][0]
    assert first["estimate"]["median"] == pytest.approx(same["estimate"]["median"], abs=1e-6)


def test_a_process_that_is_killed_changes_nothing(
    contrechamp: Run, alone: Path, tmp_path: Path
) -> None:
    killed: list[int] = []

    def kill() -> None:
        while not killed:
            for child in multiprocessing.active_children():
                if child.pid and "Spawn" in type(child).__name__:
                    time.sleep(1.0)
                    os.kill(child.pid, signal.SIGKILL)
                    killed.append(child.pid)
                    return
            time.sleep(0.01)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    done = run(contrechamp, tmp_path / "out", "--workers", "2")
    assert done.status == 0, done.err
    assert killed
    assert figures(tmp_path / "out") == figures(alone)


def test_a_run_goes_on_where_it_stopped(contrechamp: Run, alone: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(alone, out)
    tiles = sorted((out / "figures").iterdir())
    gone, damaged, kept = tiles[0], tiles[1], tiles[2:]
    gone.unlink()
    damaged.write_bytes(damaged.read_bytes()[:-40])
    before = {path: path.stat().st_mtime_ns for path in kept}
    (out / "figures.json").unlink()
    done = run(contrechamp, out, "--workers", "1")
    assert done.status == 0, done.err
    assert figures(out) == figures(alone)
    assert {path: path.stat().st_mtime_ns for path in kept} == before


def test_what_is_not_this_run_is_left_alone(contrechamp: Run, alone: Path, tmp_path: Path) -> None:
    other = contrechamp("tiles", TOWN, "-o", alone, "--draws", "41", "--tile", "100")
    assert other.status == 2
    assert "there lies a run of other inputs, options" in other.err
    (tmp_path / "notes.txt").write_text("mine")
    foreign = run(contrechamp, tmp_path)
    assert foreign.status == 2
    assert "what this command did not write" in foreign.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt"]


def test_a_parcel_that_somebody_changed_is_not_measured(
    alone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contrechamp.base.errors import InputError
    from contrechamp.publish.tiles.parcels import Job, parcel_name, work

    shutil.copytree(alone, tmp_path / "out")
    name = sorted(path.name.split(".")[0] for path in (alone / "parcels").iterdir())[0]
    digests = dict.fromkeys(("cameras", "buildings", "streets"), "0" * 64)
    job = Job(str(tmp_path / "out"), "", name, digests, None, {})  # type: ignore[arg-type]
    with pytest.raises(InputError, match="not what this run put there") as error:
        work(job)
    assert error.value.where == parcel_name(name, "cameras")


def test_without_a_scheduler_it_is_said(contrechamp: Run, tmp_path: Path) -> None:
    done = run(contrechamp, tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9")
    assert done.status == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in done.err


@pytest.mark.slow
def test_a_dask_cluster_finds_the_same(contrechamp: Run, alone: Path, tmp_path: Path) -> None:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        done = run(contrechamp, tmp_path / "out", "--scheduler", cluster.scheduler_address)
    assert done.status == 0, done.err
    assert figures(tmp_path / "out") == figures(alone)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a bucket of an S3 server on loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": str(S3_SERVER)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        made = urllib.request.Request(f"http://127.0.0.1:{port}/sample-bucket", method="PUT")
        for _try in range(200):
            try:
                urllib.request.urlopen(made, timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "SAMPLE")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "SAMPLE")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield f"s3://sample-bucket/run?endpoint_override=127.0.0.1:{port}&scheme=http"
    finally:
        server.kill()
        server.wait()


@pytest.mark.slow
def test_a_store_of_s3_holds_the_same(contrechamp: Run, alone: Path, bucket: str) -> None:
    from contrechamp.publish.tiles.store import store_at

    done = run(contrechamp, bucket, "--workers", "2")
    assert done.status == 0, done.err
    store = store_at(bucket)
    assert store.read("figures.json") == figures(alone)
    assert not store.empty()
    again = run(contrechamp, bucket, "--workers", "1")
    assert again.status == 0, again.err
    assert store.read("figures.json") == figures(alone)
