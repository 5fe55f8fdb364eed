"""Model of ``mapping.yaml`` (対応表): source path → canonical item through named transforms; repeating elements become child records."""

from typing import Self

from pydantic import Field, field_validator, model_validator

from mappings.specification import Spec


class FieldMap(Spec):
    """Where one item's value comes from: exactly one of path, header, person, value, or the record's own ordinal.

    path: element below the record's element (``振込口座/口座番号``, ``生年月日/@不詳``, ``面談希望日[2]``); several where the first
    transform takes several.
    header: name in the application's header. person: role whose 宛名番号 it is, with ``ordinal`` for a role that repeats elsewhere.
    steps: transforms in order, ``name`` or ``name:argument``.
    """

    path: tuple[str, ...] = ()
    header: str = ""
    person: str = ""
    ordinal: int = Field(default=0, ge=0)
    value: str = ""
    own_ordinal: bool = False
    steps: tuple[str, ...] = Field(default=(), alias="with")

    @field_validator("path", "steps", mode="before")
    @classmethod
    def _one_is_a_list(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(map(bool, (self.path, self.header, self.person, self.value, self.own_ordinal))) != 1:
            raise ValueError("needs exactly one of path, header, person, value, own_ordinal")
        return self


class RecordMap(Spec):
    """One group (= one kind of record). at: the element that makes a record, ``.`` for the application itself."""

    group: str
    at: str
    fields: dict[str, FieldMap] = Field(min_length=1)


class Ignored(Spec):
    """A source path that carries nothing for the receiving systems, with the reason why it may be passed over."""

    path: str
    why: str = Field(min_length=1)


class Mapping(Spec):
    """How one form version becomes records."""

    form_version: str
    records: tuple[RecordMap, ...] = Field(min_length=1)
    ignore: tuple[Ignored, ...] = ()

    @field_validator("records")
    @classmethod
    def _each_once(cls, records: tuple[RecordMap, ...]) -> tuple[RecordMap, ...]:
        for what, names in (("group", [record.group for record in records]), ("at", [record.at for record in records])):
            if len(set(names)) != len(names):
                raise ValueError(f"two records have one {what}")
        if records[0].at != ".":
            raise ValueError("the first record must be the application's own, at: .")
        return records
