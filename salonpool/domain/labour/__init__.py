"""Labour-rule packs: what the law of a place allows, as dated data with sources (docs/labour-rules.md)."""
