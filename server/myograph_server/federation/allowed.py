"""Which hosts a query may ask, and at which of their addresses."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin

from myograph.errors import ServiceRefusedError
from myograph.settings import SettingError

# Narrower than https://www.rfc-editor.org/rfc/rfc3986#appendix-A: what programs read differently,
# such as a user before the host, is no address here.
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>/[\w\-.~!$&'()*+,;=:@%/]*)?(?P<query>\?[\w\-.~!$&'()*+,;=:@%/?]*)?",
    re.IGNORECASE | re.ASCII,
)
_ENTRY = re.compile(
    r"(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?",
    re.ASCII,
)
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Place:
    """The address of an endpoint, taken apart.

    Attributes:
        scheme: `http` or `https`.
        host: in small letters, an IPv6 address without its brackets.
        port: that of the scheme where none is given.
        path: with what stands behind the question mark.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port, the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def place_of(address: str, base: str = "") -> Place:
    """Take an address apart.

    Args:
        address: as the query or a redirection has it.
        base: what a relative one is resolved against.

    Raises:
        ServiceRefusedError: it is none of http or https, or written in a doubtful way.
    """
    try:
        whole = urljoin(base, address).partition("#")[0]
    except ValueError:
        whole = address
    found = _ADDRESS.fullmatch(whole)
    if found is None or int(found["port"] or 1) not in range(1, 65_536):
        raise ServiceRefusedError(
            f"<{address[:200]}> is no address of a service.",
            "Write it whole, such as <https://sparql.example.org/sparql>, in ASCII.",
        )
    scheme = found["scheme"].lower()
    port = int(found["port"] or _PORTS[scheme])
    path = (found["path"] or "/") + (found["query"] or "")
    return Place(scheme, found["host"].lower().strip("[]"), port, path)


class Allowed:
    """The list of hosts that may be asked.

    Args:
        entries: with commas or blanks between. `host` stands for it at the ports of http and
            https, on the public internet; `host:port` for that port alone, there or in one's
            own network.

    Raises:
        SettingError: an entry is neither.
    """

    def __init__(self, entries: str) -> None:
        self._hosts: set[str] = set()
        self._ports: set[tuple[str, int]] = set()
        for entry in entries.lower().replace(",", " ").split():
            found = _ENTRY.fullmatch(entry)
            if found is None:
                raise SettingError(
                    f"The setting services cannot have {entry!r}.",
                    "List hosts as sparql.example.org or 10.0.0.7:8890, with commas between.",
                )
            host = found["host"].strip("[]")
            if found["port"]:
                self._ports.add((host, int(found["port"])))
            else:
                self._hosts.add(host)

    def __bool__(self) -> bool:
        return bool(self._hosts or self._ports)

    def __str__(self) -> str:
        named = {f"[{h}]:{p}" if ":" in h else f"{h}:{p}" for h, p in self._ports}
        return ", ".join(sorted(self._hosts | named))

    def insist_on(self, place: Place) -> None:
        """Insist that a place is on the list.

        Raises:
            ServiceRefusedError: it is not.
        """
        named = (place.host, place.port) in self._ports
        usual = place.host in self._hosts and place.port == _PORTS[place.scheme]
        if not named and not usual:
            raise ServiceRefusedError(
                f"{place.authority} is none of the hosts that this endpoint asks.",
                f"It asks {self}. Ask the other one yourself, or tell those who run this server.",
            )

    def insist_on_addresses(self, place: Place, addresses: Iterable[str]) -> list[str]:
        """Return the addresses of a place, once all have been found fit to connect to.

        Raises:
            ServiceRefusedError: one of them is not on the public internet, and may not be.
        """
        own = (place.host, place.port) in self._ports
        found = list(addresses)
        for address in found:
            if not is_fit(address, own=own):
                raise ServiceRefusedError(
                    f"{place.authority} is at {address}, which is not on the public internet.",
                    "If it is to be asked there, whoever runs this server names it with its port "
                    f"in the setting services: {place.host}:{place.port}.",
                )
        return found


def is_fit(address: str, *, own: bool) -> bool:
    """Whether a service may be at an address.

    Args:
        address: IPv4 or IPv6.
        own: whether it may be this machine or a private network.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is not None:
            return is_fit(str(inner), own=own)
        if ip.is_site_local and not own:
            return False
    if ip.is_multicast or ip.is_unspecified or ip.is_link_local:
        return False
    if ip.is_loopback or ip.is_private:
        # Also private by that name are the ranges of documentation and of tests; they harm nobody.
        return own
    return ip.is_global and not ip.is_reserved
