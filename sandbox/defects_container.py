"""Defects of containers: ZIP, XML encoding, attachments (申請ZIP・XML・添付ファイル)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sandbox.applications import Application, Bureau, Slot
from sandbox.defects_signature import part, sent, usual
from sandbox.forms import Form, leaf
from sandbox.listing_lines import Line, line_of
from sandbox.packages import Attachment, pack
from sandbox.packages_images import tiny_jpeg, tiny_png

BOMB_BYTES = 96 << 20
"""More than the hub lets one member unfold to."""
_FUTURE_VERSION = "2027-04"
_EXECUTABLE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + bytes(240) + b"PE\x00\x00"
_HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64)


def _nursery(bureau: Bureau, slot: Slot) -> Application:
    return bureau.file("hoiku-riyo", bureau.household("nursery"), slot)


def _with_members(application: Application, members: Mapping[str, bytes]) -> list[Line]:
    return [line_of(application, pack(members.items()))]


def zip_bomb(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """A small ZIP whose form unfolds to more than is allowed."""
    application = _nursery(bureau, slots[0])
    members = application.members(bureau.printer)
    return _with_members(application, members | {"form.pdf": members["form.pdf"] + bytes(BOMB_BYTES)})


def zip_path_outside(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """A member that would be written outside the folder."""
    application = _nursery(bureau, slots[0])
    return _with_members(application, application.members(bureau.printer) | {"attachments/../../../etc/cron.d/x": b"* * * * * root true\n"})


def zip_duplicate(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """Two members called application.xml."""
    application = _nursery(bureau, slots[0])
    members = list(application.members(bureau.printer).items())
    return [line_of(application, pack([*members, ("application.xml", b"<x/>")]))]


def zip_truncated(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """The transfer broke off after two thirds."""
    application = _nursery(bureau, slots[0])
    package = application.packed(bureau.printer)
    return [line_of(application, package[: len(package) * 2 // 3])]


def xml_doctype(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """A DOCTYPE that would read a file of the server."""
    application = _nursery(bureau, slots[0])
    members = application.members(bureau.printer)
    declaration, _, body = members["application.xml"].partition(b"?>")
    doctype = '<!DOCTYPE 申請パッケージ [<!ENTITY x SYSTEM "file:///etc/hostname">]>'.encode()
    return _with_members(application, members | {"application.xml": declaration + b"?>\n" + doctype + body})


def xml_shift_jis(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """application.xml in the Windows code page that calls itself Shift_JIS, with a 髙 that Shift_JIS lacks."""
    application = bureau.file("hoiku-riyo", bureau.household("complete"), slots[0])
    members = application.members(bureau.printer)
    text = members["application.xml"].decode("utf-8").replace("UTF-8", "Shift_JIS", 1)
    renamed = text.replace(application.applicant.family, "髙橋")
    return _with_members(application, members | {"application.xml": renamed.encode("cp932")})


def unknown_form_version(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """Two applications on a version of the form that nobody has announced: one item has another name, one question is new."""
    return [line for slot in slots for line in sent(bureau, _of_version(_nursery(bureau, slot)))]


def _of_version(application: Application) -> Application:
    application.filled.set("様式版", _FUTURE_VERSION)
    renamed = part(application.filled, "生活保護")
    renamed.tag = f"{renamed.tag}の受給"
    part(application.filled, "保育必要量").addnext(leaf("延長保育の希望", "2"))
    form: Form = replace(application.form, version=_FUTURE_VERSION)
    return replace(application, form=form)


def executable_named_pdf(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """A Windows program among the attachments, called .pdf and declared as one."""
    return _attached(bureau, slots[0], Attachment("attachments/01.pdf", "就労証明書.pdf", "employment", _EXECUTABLE))


def heic(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """A photograph as telephones store it, which the portal does not accept."""
    return _attached(bureau, slots[0], Attachment("attachments/01.heic", "IMG_0001.heic", "employment", _HEIC))


def _attached(bureau: Bureau, slot: Slot, attachment: Attachment) -> list[Line]:
    """The application with its first attachment replaced, before the form was closed."""
    application = _nursery(bureau, slot)
    entry = application.filled[-1][0]
    entry.set("ファイル名", attachment.name)
    entry.set("ダイジェスト", attachment.digest)
    return sent(bureau, replace(application, attachments=(attachment, *application.attachments[1:])))


def attachment_swapped(bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """Another passbook was put in after signing: the portal's manifest fits it, the signed digest does not."""
    application = usual(bureau, slots[0])
    first = application.attachments[0]
    swapped = replace(first, data=_alike(bureau, first, slots[0]))
    return sent(bureau, replace(application, attachments=(swapped, *application.attachments[1:])))


def _alike(bureau: Bureau, attachment: Attachment, slot: Slot) -> bytes:
    """Another file of the same kind."""
    if attachment.name.endswith(".pdf"):
        return bureau.printer.attachment(title=attachment.title, owner="別人　太郎", made=slot.submitted)
    return (tiny_jpeg if attachment.name.endswith(".jpg") else tiny_png)("swapped")
