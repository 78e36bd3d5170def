"""SERVICE over https: only with a certificate that is good for the very host."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from myograph.errors import ServiceFailedError
from myograph_server.federation.allowed import Allowed
from myograph_server.federation.asking import Asker, AskLimits, Line
from tests.server.hosts import Handler, good, host, rows, uri

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl, which makes the certificate, is missing"
)
NAMES = "subjectAltName=DNS:good.invalid"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of good.invalid with its key, in one file; it vouches for itself."""
    folder = tmp_path_factory.mktemp("tls")
    key, made, both = (folder / name for name in ("key.pem", "made.pem", "both.pem"))
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=good.invalid", "-addext", NAMES]
    subprocess.run(
        ["openssl", "req", "-x509", *kind, *names, "-keyout", str(key), "-out", str(made)],
        check=True,
        capture_output=True,
    )
    both.write_bytes(key.read_bytes() + made.read_bytes())
    return both


@pytest.fixture(scope="module")
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def ask(address: str, allowed: str, trust: ssl.SSLContext | None) -> bytes:
    asker = Asker(Allowed(allowed), AskLimits(timeout=5), lambda *_: ["127.0.0.1"], trust)
    try:
        return asker.ask(address, "ASK {}", Line())
    finally:
        asker.close()


def test_a_good_certificate(tls: ssl.SSLContext, certificate: Path) -> None:
    trust = ssl.create_default_context(cafile=str(certificate))
    with host(good, tls) as other:
        name = f"good.invalid:{other.port}"
        assert ask(f"https://{name}/", name, trust) == rows(uri("http://e/a"))
        assert other.asked == ["ASK {}"]


def test_a_certificate_of_another_host(tls: ssl.SSLContext, certificate: Path) -> None:
    trust = ssl.create_default_context(cafile=str(certificate))
    with host(good, tls) as other:
        name = f"evil.invalid:{other.port}"
        with pytest.raises(ServiceFailedError, match=r"no safe connection .*evil\.invalid"):
            ask(f"https://{name}/", name, trust)
        assert other.asked == []


def test_a_certificate_that_nobody_vouches_for(tls: ssl.SSLContext) -> None:
    with host(good, tls) as other:
        name = f"good.invalid:{other.port}"
        with pytest.raises(ServiceFailedError, match="self-signed certificate"):
            ask(f"https://{name}/", name, None)
        assert other.asked == []


def test_a_redirection_out_of_tls(tls: ssl.SSLContext, certificate: Path) -> None:
    trust = ssl.create_default_context(cafile=str(certificate))
    with host(good) as plain:

        def leads(handler: Handler) -> None:
            handler.say(b"", status=307, Location=f"http://plain.invalid:{plain.port}/")

        with host(leads, tls) as other:
            name = f"good.invalid:{other.port}"
            with pytest.raises(ServiceFailedError, match="leads from https to http"):
                ask(f"https://{name}/", f"{name} plain.invalid:{plain.port}", trust)
        assert plain.asked == []
