"""What we ship of other people's code is exactly what the manifest says."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"


def test_every_vendored_file_is_named_and_unchanged() -> None:
    listed = json.loads((VENDOR / "manifest.json").read_text())["files"]
    assert {entry["file"] for entry in listed} == {path.name for path in VENDOR.iterdir()} - {"manifest.json"}
    for entry in listed:
        digest = base64.b64encode(hashlib.sha384((VENDOR / entry["file"]).read_bytes()).digest()).decode()
        assert entry["sha384"] == f"sha384-{digest}", f"{entry['file']} is not the file of the manifest"
        assert entry["name"]
        assert entry["version"]
        assert entry["licence"]


def test_the_stylesheet_stays_small() -> None:
    assert len(gzip.compress((VENDOR.parent / "css" / "salonpool.css").read_bytes())) <= 8 * 1024
