"""What of a map is no longer there, or not yet: the lifecycle prefixes of OpenStreetMap."""

#: Prefixes of keys, and keys of their own (wiki: Lifecycle prefix, Key:disused).
FORMER = (
    *("disused", "abandoned", "removed", "demolished", "destroyed", "razed", "was", "ruins"),
    *("historic", "proposed", "planned", "construction"),
)
