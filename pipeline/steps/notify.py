"""Notify (処理状況の送信): the statuses that steps and decisions owe to the portal."""

from connectors.portal import PortalClient
from pipeline.hub import Hub
from pipeline.steps.statuses import send_statuses


def send_owed_statuses(hub: Hub) -> dict[str, int]:
    """Send every owed status to the portal."""
    with PortalClient(hub.http(hub.municipality.portal.connection)) as portal:
        return send_statuses(hub, portal)
