#!/usr/bin/env python3
"""Fills fuzz/corpus from the test fixtures. Run it once before fuzzing; the corpus itself is not committed."""

import base64
import json
import pathlib

FUZZ = pathlib.Path(__file__).parent
FIXTURES = FUZZ.parent / "tests" / "fixtures"
ENCODINGS = {None: 0, "identity": 0, "gzip": 1, "x-gzip": 1, "deflate": 2, "br": 3, "zstd": 4}


def seed(target, name, data):
    folder = FUZZ / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def cases(name):
    return json.loads((FIXTURES / "vectors" / f"{name}.json").read_text())["cases"]


for case in cases("envelopes"):
    seed("envelope", case["id"], base64.b64decode(case["envelope_base64"]))
for case in cases("store_bodies"):
    encoding = ENCODINGS[case["content_encoding"]]
    seed("store_body", case["id"], bytes([encoding]) + base64.b64decode(case["body_base64"]))
for case in cases("auth_headers"):
    headers = {name.lower(): value for name, value in case["headers"].items()}
    lines = [headers.get("x-sentry-auth", ""), headers.get("authorization", ""), case["query"], case.get("envelope_dsn", "")]
    seed("auth_header", case["id"], "\n".join(lines).encode())
for case in cases("allowed_domains"):
    seed("auth_header", "origin-" + case["id"], f"{case['origin']}\n\n\n{','.join(case['allowed'])}".encode())
for case in cases("rate_limit_headers"):
    seed("auth_header", "limits-" + case["id"], f"\n\n\n{case['header']}".encode())
for file in sorted((FIXTURES / "events").glob("*.json")):
    seed("event", file.stem, file.read_bytes())
    seed("store_body", "event-" + file.stem, b"\0" + file.read_bytes())
for name, script, source_map in [
    ("regular", "class a{b(c){throw c}}", {"sources": ["a.ts"], "sourcesContent": ["class A {}"], "names": ["A", "b"], "mappings": "MAAMA,EACJC,KACE"}),
    ("indexed", "a=()=>1", {"sections": [{"offset": {"line": 0, "column": 2}, "map": {"version": 3, "sources": [None], "names": [], "mappings": "AAAA;CAAC"}}]}),
    ("hermes", "", {"sources": ["a.js"], "names": [], "x_facebook_sources": [[{"names": ["f"], "mappings": "AAA"}]], "mappings": "AAAA"}),
]:
    seed("source_map", name, script.encode() + b"\0" + json.dumps({"version": 3, **source_map}).encode())
