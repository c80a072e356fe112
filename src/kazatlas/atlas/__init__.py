"""The atlas: the built record, asked about a day, a place, a name or a unit's lineage."""
