"""What the municipality declares for its records of exchange, and for each source of its own side."""

from pipeline.errors import SettingError
from pipeline.hub import Hub
from pipeline.night_settings import ExchangeSetting


def exchange_setting(hub: Hub) -> ExchangeSetting:
    """The municipality's setting. Raises SettingError when there is none."""
    setting = hub.municipality.exchange
    if setting is None:
        raise SettingError(f"municipalities/{hub.code}.yaml: exchange is not declared", "declare what is done with records of exchange")
    return setting


def sources_of(setting: ExchangeSetting, role: str, item: str) -> list[str]:
    """The sources in charge of an exchange: of an answer the gateway, of an inquiry the source that names its item, else the others."""
    if role != "1":
        return [name for name, source in setting.sources.items() if source.kind == "gateway"]
    asking = {name: source for name, source in setting.sources.items() if source.kind != "gateway"}
    named = [name for name, source in asking.items() if item in source.items]
    return named or [name for name, source in asking.items() if not source.items]
