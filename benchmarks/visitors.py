"""Visitors who look whether what they are answered is whole, and of one version of the graph.

Each answer says in `Graph-Version` of which version it is. So the same address with the same
version must have the same bytes, whichever server answered; what is kept with its entity tag
must be what that version would say when the server says that it is still so.
"""

import hashlib
import http.client
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

HTML = "text/html,application/xhtml+xml;q=0.9"
QUERY = """# {mark}
SELECT (GROUP_CONCAT(?label) AS ?all) {{ {{ SELECT ?label {{
  VALUES ?m {{ muscle:soleus muscle:plantaris }} ?m rdfs:label ?label }} ORDER BY ?label }} }}"""


@dataclass
class Seen:
    """What all visitors saw.

    Attributes:
        answers: by version.
        failures: answers that were none: a wrong status, a broken connection, too few bytes.
        mixed: answers that were not of the version that they named.
        torn: visits whose parts were of two versions, each named rightly.
        back: answers older than what the same visitor had seen before.
        times: of each answer, in seconds.
        unchanged: answers that said so and had no body.
    """

    answers: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    torn: int = 0
    back: int = 0
    times: list[float] = field(default_factory=list)
    unchanged: int = 0

    def quantile(self, share: float) -> float:
        """The time in milliseconds within which this share of the answers came."""
        ordered = sorted(self.times)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


class Visitors:
    """Visitors at work, each with an address of its own, until told to stop.

    Args:
        address: of the load balancer.
        pages: what a visit asks for, before it puts a query and asks whether the first has changed.
        number: of visitors.
        pause: seconds between two visits.
    """

    def __init__(
        self, address: tuple[str, int], pages: Sequence[str], number: int, pause: float = 0.0
    ) -> None:
        self.seen = Seen()
        self._address, self._pages, self._pause = address, pages, pause
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._digests: dict[tuple[str, str], str] = {}
        self._order: list[str] = []
        self._threads = [
            threading.Thread(target=self._visit, args=(f"127.0.1.{i + 1}",)) for i in range(number)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> Seen:
        """Let the visitors finish, and return what they saw."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        return self.seen

    def _visit(self, own: str) -> None:
        visitor = _Visitor(self._address, own)
        newest, number = -1, 0
        kept: tuple[str, str] | None = None
        while not self._over.wait(self._pause):
            number += 1
            versions: list[str] = []
            for page in self._pages:
                versions.append(self._ask(visitor, page))
            versions.append(self._ask(visitor, "/sparql", QUERY.format(mark=f"{own} {number}")))
            if kept:
                versions.append(self._ask(visitor, self._pages[0], kept=kept))
            kept = visitor.kept
            with self._lock:
                ages = [self._order.index(version) for version in versions if version]
                self.seen.torn += len(set(ages)) > 1
                for age in ages:
                    self.seen.back += age < newest
                    newest = max(newest, age)
        visitor.close()

    def _ask(
        self, visitor: "_Visitor", page: str, query: str = "", kept: tuple[str, str] | None = None
    ) -> str:
        """Return the version of an answer; nothing where there was none."""
        started = time.perf_counter()
        try:
            version, digest = visitor.ask(page, query, kept)
        except (OSError, http.client.HTTPException, ValueError) as error:
            visitor.close()
            with self._lock:
                self.seen.failures.append(f"{page}: {type(error).__name__} {error}")
            return ""
        with self._lock:
            self.seen.times.append(time.perf_counter() - started)
            self.seen.answers[version] += 1
            self.seen.unchanged += kept is not None and digest == kept[1]
            if version not in self._order:
                self._order.append(version)
            if self._digests.setdefault((page, version), digest) != digest:
                self.seen.mixed.append(f"{page} of version {version}")
        return version


class _Visitor:
    """One connection, opened again where it was closed."""

    def __init__(self, address: tuple[str, int], own: str) -> None:
        self.kept: tuple[str, str] | None = None
        self._address, self._own = address, own
        self._connection = self._made()

    def ask(self, page: str, query: str, kept: tuple[str, str] | None) -> tuple[str, str]:
        """Return version and digest of an answer.

        Raises:
            ValueError: it is none.
            OSError, HTTPException: nor did it come whole.
        """
        headers = {"Accept": "text/csv" if query else HTML if page.count(".") == 0 else "*/*"}
        if kept:
            headers["If-None-Match"] = kept[0]
        if query:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            self._connection.request("POST", page, urlencode({"query": query}), headers)
        else:
            self._connection.request("GET", page, headers=headers)
        answer = self._connection.getresponse()
        body = answer.read()
        version = answer.getheader("Graph-Version", "")
        if answer.getheader("Connection", "").lower() == "close":
            self.close()
        if kept and answer.status == 304:
            return version, kept[1]
        if answer.status != 200 or not version:
            raise ValueError(f"{answer.status} {body[:200]!r}")
        digest = hashlib.sha256(body).hexdigest()
        if not query and not kept and page.count(".") == 0:
            self.kept = answer.getheader("ETag", ""), digest
        return version, digest

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        self._connection.close()
        self._connection = self._made()

    def _made(self) -> http.client.HTTPConnection:
        # It connects when it is first used.
        return http.client.HTTPConnection(*self._address, 30, source_address=(self._own, 0))
