"""What tests and the demo may do with the intermediate server past its interfaces: plan stops, read and plant copies, hold 符号 back."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sandbox.middle.kinds import PERSON
from sandbox.middle.server import MiddleServer

Task = Callable[[Mapping[str, Any]], dict[str, Any]]


def control_tasks(server: MiddleServer) -> dict[str, Task]:
    """Path below /control → task."""

    def number_of(cells: Mapping[str, Any]) -> str:
        number = server.gateway.numbers([cells[PERSON]])[cells[PERSON]]
        server.persons.meet([number])
        return number

    def stops(cells: Mapping[str, Any]) -> dict[str, Any]:
        server.operating.plan(cells["stops"])
        return {}

    def copies(cells: Mapping[str, Any]) -> dict[str, Any]:
        return server.gateway.outward({"items": server.copies.all(cells["kind"])})

    def plant(cells: Mapping[str, Any]) -> dict[str, Any]:
        server.copies.plant(cells["kind"], number_of(cells), cells["values"], cells["layout"], cells["updatedAt"])
        return {}

    def withhold(cells: Mapping[str, Any]) -> dict[str, Any]:
        numbers = server.gateway.numbers(cells[PERSON])
        server.persons.wait_for_code(numbers.values(), datetime.fromisoformat(cells["until"]))
        return {}

    def flags(cells: Mapping[str, Any]) -> dict[str, Any]:
        number = number_of(cells)
        with server.store.change() as link:
            return dict(server.persons.flags_of(link, number))

    def set_flags(cells: Mapping[str, Any]) -> dict[str, Any]:
        server.persons.flag(number_of(cells), nondisclosure=cells["nondisclosure"], autoresponse_off=cells["autoresponse_off"])
        return {}

    def request_number(cells: Mapping[str, Any]) -> dict[str, Any]:
        return {"requestNumber": server.self_information.issue(number_of(cells))}

    return {
        "/middle_stops": stops,
        "/middle_copies": copies,
        "/middle_plant": plant,
        "/middle_withhold": withhold,
        "/middle_flags": flags,
        "/middle_set_flags": set_flags,
        "/middle_request_number": request_number,
    }
