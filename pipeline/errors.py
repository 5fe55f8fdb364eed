"""What stops a command or a flow, as opposed to what holds one application (that is a finding).

    HubError
    ├── SettingError     a setting, key or file that a person must supply; exit 2, says the remedy
    │   └── ActRefused   what a person may not do, or not now; exit 2, in Japanese, for clerks
    └── EvidenceBroken   stored evidence is no longer what was stored; exit 1, stops the flow that it concerns

Texts are English, those for clerks Japanese, and carry names of files and keys, never residents' values.
"""


class HubError(Exception):
    """Anything that the hub raises on purpose and shows without a traceback."""


class SettingError(HubError):
    """Something that the installation lacks or has wrong.

    what: the file or key and what is wrong with it. remedy: what to do, as one sentence.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}. {remedy}")
        self.what = what
        self.remedy = remedy


class ActRefused(SettingError):  # noqa: N818  it names what became of the act, not a defect of the program
    """An act (職員の行為) that this person may not do, or that the case does not allow now.

    what, remedy: Japanese sentences without their 。; who may, or what to do instead.
    """

    def __init__(self, what: str, remedy: str) -> None:
        HubError.__init__(self, f"{what}。{remedy}。")
        self.what = what
        self.remedy = remedy


class EvidenceBroken(HubError):  # noqa: N818  it names what became of the evidence, not a defect of the program
    """A seal, digest or stored file does not hold. ``what`` names the place and the check, never the content."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
