"""The pages of an index measured: the first page, and many readers while one writes.

    python benchmarks/index.py --keep million.db     # makes the index
    python benchmarks/serve.py million.db            # a copy of it is served and added to

Readers come from addresses of their own (127.0.1.1, …), as the limit on requests is for each. They
are measured twice: as people, who look at a page for some seconds before they ask for the next, and
in a closed loop, in which each asks again at once. What asks shares the processors with the server.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import quote

from machine import machine
from synthetic import Archive

import vnadmin
from vnadmin.errors import UsageError

NEW = 1_000_000  # numbers of documents added, from here


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("db", type=Path)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=5, help="mean seconds between two pages")
    args = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="vnadmin-benchmark-", dir=args.db.parent) as folder:
        path = Path(shutil.copy(args.db, folder))
        with vnadmin.Index(path, create=False) as index:
            stats = index.stats()
        print(f"{stats.citations:,} citations of {stats.documents:,} documents")
        command = [sys.executable, "-m", "vnadmin", "serve", str(path), "--port", "0"]
        start = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                port = int(server.stdout.readline().rstrip("/\n").rpartition(":")[2])
                fetch(port, "/static/keys.js")
                print(f"answers {time.perf_counter() - start:.2f} s after it was started (n = 1)")
                first_page(port)
                for think in (args.think, 0.0):
                    together(port, path, args.readers, args.seconds, think)
            finally:
                server.terminate()


def fetch(port: int, address: str, reader: int = 0) -> tuple[int, bytes]:
    """Status and body, on a connection of its own."""
    source = (f"127.0.{1 + reader // 250}.{1 + reader % 250}", 0)
    connection = http.client.HTTPConnection("127.0.0.1", port, 120, source_address=source)
    connection.request("GET", address)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def first_page(port: int) -> None:
    """The first one pays for counting the whole index; then as every reader has it."""
    for name, times in (("first page, the very first", 1), ("first page", 200)):
        report(name, [timed(port, "/")[0] for _ in range(times)])
    for name, address in (
        ("search, two words", "/?q=" + quote("can cu")),
        ("list, most cited", "/lists/most-cited"),
        ("list, needs a look, first time", "/lists/needs-a-look"),
    ):
        report(name, [timed(port, address)[0]])


def timed(port: int, address: str, reader: int = 0) -> tuple[float, int]:
    start = time.perf_counter()
    status, _ = fetch(port, address, reader)
    return time.perf_counter() - start, status


def together(port: int, path: Path, readers: int, seconds: float, think: float) -> None:
    """Readers go from page to page while documents are added one by one.

    Between two pages a reader waits a time that is distributed exponentially with the mean `think`;
    without it the writer adds without a pause, too, and else pauses half a second.
    """
    archive = Archive(100_000)
    hits = json.loads(fetch(port, "/search.json?year=2020")[1])[:500]
    works = json.loads(fetch(port, "/lists/most-cited.json")[1])[:500]
    addresses = [
        *(f"/document/{hit['document']['document_id']}" for hit in hits),
        *(f"/works/{work['key']}" for work in works),
        *("/", "/lists/most-cited", "/lists/missing") * 100,
        *(f"/?q={quote(' '.join(archive.document(i)['text'].split()[30:32]))}" for i in range(500)),
    ]
    times: list[float] = []
    facets: list[float] = []
    statuses: Counter[object] = Counter()
    end = time.monotonic() + seconds

    def read(reader: int) -> None:
        choose = random.Random(reader)
        while time.monotonic() < end:
            if think:
                time.sleep(min(choose.expovariate(1 / think), max(0, end - time.monotonic())))
            try:
                address = choose.choice(addresses)
                took, status = timed(port, address, reader)
                times.append(took)
                statuses[status] += 1
                if address.startswith("/?"):  # a browser then asks for what it can be narrowed by
                    took, status = timed(port, "/facets" + address[1:], reader)
                    facets.append(took)
                    statuses[status] += 1
            except OSError as error:
                statuses[repr(error)] += 1

    threads = [threading.Thread(target=read, args=(reader,)) for reader in range(readers)]
    for thread in threads:
        thread.start()
    written: list[str] = []
    with vnadmin.Index(path) as index:
        while time.monotonic() < end:
            document = dict(archive.document(NEW + len(written) + (500_000 if think else 0)))
            assert index.add_documents([document]).new == 1
            written.append(document["id"])
            time.sleep(0.5 if think else 0)
        for thread in threads:
            thread.join()
        lost = 0
        for identifier in written:
            try:
                index.located(identifier)
            except UsageError:
                lost += 1
        problems = list(index.check())
    report(f"{readers} readers, {seconds:.0f} s, {think:g} s between pages", times)
    report("  facets, after the page", facets)
    wrong = {status: n for status, n in statuses.items() if status != 200}
    print(f"  {len(times) / seconds:.0f} pages a second; errors: {wrong or 'none'}")
    print(f"  {len(written)} documents added meanwhile, {lost} lost; check: {problems or 'ok'}")


def report(name: str, times: list[float]) -> None:
    ordered = sorted(times)
    high = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    print(
        f"{name}: median {statistics.median(times) * 1e3:.0f} ms, 95th percentile "
        f"{high * 1e3:.0f} ms, longest {ordered[-1] * 1e3:.0f} ms (n = {len(times)})"
    )


if __name__ == "__main__":
    main()
