"""How long certificates still hold (証明書の期限): of a server as it shows itself now, and of the authority that the connection pins."""

import socket
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit

from connectors.connections import HttpConnection
from connectors.errors import PermanentError, TransientError

_SECONDS = 5.0
_HTTPS = 443


def server_certificate_ends(connection: HttpConnection) -> datetime:
    """The end of the server's certificate, its chain proved against the pinned authority. Logs in nowhere.

    Raises PermanentError for a chain that does not hold, TransientError when nobody answers within seconds.
    """
    place = urlsplit(connection.url)
    try:
        context = ssl.create_default_context(cafile=connection.ca)
        with (
            socket.create_connection((place.hostname or "", place.port or _HTTPS), timeout=_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=place.hostname) as secured,
        ):
            shown = secured.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        problem = f"server certificate refused ({error.verify_message}); correct ca of the connection"
        raise PermanentError(connection.name, problem) from None
    except (OSError, ssl.SSLError) as error:
        raise TransientError(connection.name, f"certificate: no answer ({type(error).__name__})") from None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
