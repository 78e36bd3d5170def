"""Who asks a store: a bearer token, or a name and password by Basic or Digest.

https://www.rfc-editor.org/rfc/rfc6750, https://www.rfc-editor.org/rfc/rfc7617 and
https://www.rfc-editor.org/rfc/rfc7616. A password is sent only to a store that asked for it.
"""

import base64
import hashlib
import re
import secrets
import threading

_PAIR = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


class Credentials:
    """What a store may be shown.

    Args:
        user: the name, or nothing.
        password: that goes with it.
        token: a bearer token, or nothing; it goes before a name.
    """

    def __init__(self, user: str = "", password: str = "", token: str = "") -> None:
        self._user, self._password, self._token = user, password, token
        self._scheme = ""
        self._digest: dict[str, str] = {}
        self._count = 0
        self._lock = threading.Lock()

    def header(self, method: str, path: str) -> dict[str, str]:
        """Return the header that says who asks, as far as the store wants to know."""
        if self._token:
            return {"Authorization": f"Bearer {self._token}"}
        if self._scheme == "basic":
            pair = f"{self._user}:{self._password}".encode()
            return {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}
        if self._scheme == "digest":
            return {"Authorization": self._digested(method, path)}
        return {}

    def learn(self, challenge: str) -> bool:
        """Take a WWW-Authenticate header; return whether there is now more to show."""
        if self._token or not self._user:
            return False
        scheme, _, rest = challenge.partition(" ")
        parts = {name.lower(): quoted or plain for name, quoted, plain in _PAIR.findall(rest)}
        with self._lock:
            if scheme.lower() == "basic" and self._scheme != "basic":
                self._scheme = "basic"
                return True
            known = parts.get("algorithm", "MD5").upper() in _HASHES
            fresh = parts.get("nonce") != self._digest.get("nonce")
            if scheme.lower() == "digest" and known and fresh:
                self._scheme, self._digest, self._count = "digest", parts, 0
                return True
        return False

    def _digested(self, method: str, path: str) -> str:
        with self._lock:
            self._count += 1
            given, count = dict(self._digest), f"{self._count:08x}"
        name = given.get("algorithm", "MD5").upper()

        def hashed(*parts: str) -> str:
            return _HASHES[name](":".join(parts).encode()).hexdigest()

        realm, nonce, own = given.get("realm", ""), given.get("nonce", ""), secrets.token_hex(8)
        secret = hashed(self._user, realm, self._password)
        what = hashed(method, path)
        fields = {"username": self._user, "realm": realm, "nonce": nonce, "uri": path}
        plain = {"algorithm": name}
        if "auth" in re.split(r"[,\s]+", given.get("qop", "")):
            fields |= {"cnonce": own}
            plain |= {"qop": "auth", "nc": count}
            fields["response"] = hashed(secret, nonce, count, own, "auth", what)
        else:
            fields["response"] = hashed(secret, nonce, what)
        if "opaque" in given:
            fields["opaque"] = given["opaque"]
        quoted = [f'{key}="{value}"' for key, value in fields.items()]
        return "Digest " + ", ".join(quoted + [f"{key}={value}" for key, value in plain.items()])
