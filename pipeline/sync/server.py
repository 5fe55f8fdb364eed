"""The intermediate server (中間サーバー) of a municipality, as its file declares it for the night."""

from connectors.intermediate import IntermediateClient
from pipeline.errors import SettingError
from pipeline.hub import Hub
from pipeline.night_settings import CopiesSetting, ExchangeSetting


def night_setting(hub: Hub) -> CopiesSetting | ExchangeSetting:
    """What is declared for the copies, or for the records of exchange where there are no copies. Raises SettingError."""
    setting = hub.municipality.copies or hub.municipality.exchange
    if setting is None:
        raise SettingError(f"municipalities/{hub.code}.yaml: neither copies nor exchange is declared", "declare what the night has to do")
    return setting


def server_of(hub: Hub) -> IntermediateClient:
    """A client of the server. Raises SettingError, or PermanentError where its connection is not set up."""
    return IntermediateClient(hub.http(night_setting(hub).connection))
