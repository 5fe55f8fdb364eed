"""What can go wrong between the hub and an outside system.

    ConnectorError
    ├── TransientError    the same call may work later: no connection, time-out, overload, lost session
    └── PermanentError    the same call will fail again until a person acts: settings, host key, certificate, credentials, protocol
        └── FinalError    the other side refuses this very message, with a code that its profile declares as final

Bad data is neither: it comes back as ``vocabulary.findings.Refused``.
Texts of these errors name systems, hosts and codes, never a resident's value or a secret.
"""


class ConnectorError(Exception):
    """An outside system could not be used. ``system`` is the connection's name (``portal``, ``jidoteate-host`` …).

    ``code``: what its error answer said, where the answer had a code; empty otherwise.
    """

    def __init__(self, system: str, problem: str, *, code: str = "") -> None:
        super().__init__(f"{system}: {problem}")
        self.system = system
        self.problem = problem
        self.code = code


class TransientError(ConnectorError):
    """Worth another attempt. ``retry_after``: seconds that the other side asked to wait, when it said so."""

    def __init__(self, system: str, problem: str, *, retry_after: float | None = None, code: str = "") -> None:
        super().__init__(system, problem, code=code)
        self.retry_after = retry_after


class PermanentError(ConnectorError):
    """No attempt will help before a person changes a setting, a key or the other side."""


class FinalError(PermanentError):
    """This very message is refused for good; others may be taken. ``code``: as the profile declares it."""
