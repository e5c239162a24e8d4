"""Browsers and networks in plain words, as they say of themselves: good enough to know one's own by."""

from ipaddress import ip_address, ip_network

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
"""In this order: most say to be several."""
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def device(agent: str) -> tuple[str, str]:
    """Browser and device by their names; empty where a user agent tells neither."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return browser, system


def is_phone(agent: str) -> bool:
    """Whether it is held in a hand."""
    return any(mark in agent for mark in ("iPhone", "iPad", "Android"))


def rough(address: str) -> str:
    """The network that an address belongs to: enough to know one's own, too little to find somebody by."""
    try:
        ip = ip_address(address)
    except ValueError:
        return ""
    if ip.is_loopback:
        return str(ip)
    network = ip_network(f"{ip}/{24 if ip.version == 4 else 48}", strict=False)
    return f"{network.network_address}/{network.prefixlen}"
