"""What an application is where one form serves several kinds (請求 と 届出 を兼ねる様式), and so how it may end."""

from mappings.procedure import Kind, Outcome, Procedure
from pipeline.hub import Hub
from pipeline.records import load_tables


def kind_of(hub: Hub, procedure: Procedure, application: int) -> Kind:
    """The kind that the application's own record says; the procedure's, while nothing is mapped."""
    tables = load_tables(hub, [application]).get(application) if procedure.kinds else None
    if tables is None:
        return procedure.kind
    own = tables[hub.catalogue.groups_of(procedure)[0]]
    return procedure.kind_of({name: column[0] for name, column in own.columns.items() if column})


def outcomes_of(hub: Hub, procedure: Procedure, application: int) -> tuple[Outcome, ...]:
    """The ends that the application may come to."""
    return procedure.outcomes_of(kind_of(hub, procedure, application))
