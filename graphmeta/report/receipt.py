"""What was read to make this run, under which settings, and what was left unread?

Turns the manifest into lines for people. It repeats what the run recorded about itself and
proves nothing: ``graphmeta privacy`` checks such claims against the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphmeta.report import words
from graphmeta.run import RunFolder

Lines = list[tuple[str, str]]


def files(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one mapping per input: its name, size, columns read and unread, share of bytes."""
    return [
        {
            "file": entry["file"],
            "format": entry["format"],
            "rows": words.count(entry["rows"]),
            "size": words.size(entry["bytes"]),
            "read": entry["columns_read"],
            "unread": [name for name in entry["columns_seen"] if name not in entry["columns_read"]],
            "bytes_read": _bytes_read(entry),
            "fingerprint": entry["fingerprint"],
            "note": entry.get("note", ""),
        }
        for entry in manifest["inputs"]
    ]


def rows(manifest: Mapping[str, Any]) -> Lines:
    """Return what became of the rows: accepted, set aside and why."""
    counts = manifest["counts"]
    lines = [
        ("Events accepted", words.count(counts["events_accepted"])),
        ("Rows set aside (quarantined)", words.count(counts["rows_rejected"])),
    ]
    reasons: Mapping[str, int] = counts.get("rejected_by_reason", {})
    lines += [(f"of these: {words.plain(why)}", words.count(n)) for why, n in reasons.items()]
    to_self = words.count(counts["self_contacts"])
    return [*lines, ("Events from an account to itself, left out", to_self)]


def privacy(run: RunFolder) -> Lines:
    """Return the run's privacy settings, its expiry, and the length of its audit log."""
    kept = run.manifest["privacy"]
    content = kept["content_columns_read"]
    lines = [
        ("Content columns read", words.listing(content) if content else "none"),
        ("Identifiers", _identifiers(kept)),
        ("Dataset", kept["dataset"]),
        ("Sandbox", _sandbox(kept["sandbox"])),
        ("Made", words.minute(words.parse_time(run.manifest["created_at"]))),
        ("Expires", words.minute(words.parse_time(kept["expires_at"]))),
        ("Entries in the audit log", words.count(len(run.audit_lines()))),
    ]
    return [(name, value) for name, value in lines if value]


def making(manifest: Mapping[str, Any]) -> Lines:
    """Return what would be needed to make the run again, and what it took."""
    environment = manifest["environment"]
    libraries: Mapping[str, str] = environment.get("libraries", {})
    seconds = sum(manifest.get("timings_s", {}).values())
    lines = [
        ("graphmeta", manifest["graphmeta"]),
        ("Seed", str(manifest["seed"])),
        ("Python", environment.get("python", "")),
        ("Platform", environment.get("platform", "")),
        ("Libraries", ", ".join(f"{name} {version}" for name, version in libraries.items())),
        ("Time taken", f"{seconds:.1f} s" if seconds else ""),
        ("Memory at most", words.size(manifest.get("peak_memory_bytes"))),
    ]
    return [(name, value) for name, value in lines if value]


def settings(configuration: Mapping[str, Any], path: str = "") -> Lines:
    """Return the run's settings as lines, in the order of their names; nested ones by path."""
    lines: Lines = []
    for name in sorted(configuration):
        value = configuration[name]
        full = f"{path}{words.plain(name)}"
        if isinstance(value, Mapping) and value:
            lines += settings(value, f"{full}: ")
        else:
            lines.append((full, _setting(value)))
    return lines


def layers(manifest: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return per layer how many pairs were tested and how many stood out."""
    return [
        {
            "layer": words.plain(entry["layer"]),
            "pairs": words.count(entry["pairs"]),
            "significant": words.count(entry["significant"]),
        }
        for entry in manifest.get("layers", [])
    ]


def _bytes_read(entry: Mapping[str, Any]) -> str:
    """Say which share of a file's bytes was read, where the reader could choose."""
    ranges = entry.get("byte_ranges")
    if ranges is None or not entry["bytes"]:
        return "all, as the format requires"
    read = sum(end - start for start, end in ranges)
    return f"{words.share(read / entry['bytes'])} ({words.size(read)})"


def _identifiers(kept: Mapping[str, Any]) -> str:
    if kept["identifiers"] != "pseudonymous":
        return "plain: the ids of the input stand in this run as they were"
    made_with = f", made with key {kept['key_id']}" if kept.get("key_id") else ""
    state = "; its events are kept with it, sealed, to be added to" if kept.get("state") else ""
    if kept.get("reverse_map"):
        return f"pseudonyms{made_with}; a way back from them is sealed to two keys{state}"
    return f"pseudonyms{made_with}; this run holds no way back from them{state}"


def _sandbox(kept: Mapping[str, Any]) -> str:
    """Say what kept the analysis from reaching anything but its store and the run."""
    if not kept["separated"]:
        why = "".join(f"; {lacking}" for lacking in kept["not_available"])
        return f"none: the analysis ran in the process that read the input{why}"
    said = "the analysis ran in a process that never held the input"
    walls = [f"Landlock {kept['landlock_abi']}"] if kept["landlock_abi"] else []
    walls += ["seccomp"] if kept["seccomp"] else []
    if walls:
        said += f", closed in by {words.listing(walls)}"
    if kept.get("input_landlock_abi") and kept.get("input_seccomp"):
        said += "; the process that read the input was closed in as well"
    if kept["not_available"]:
        said += f". Not available: {'; '.join(kept['not_available'])}"
    return said


def _setting(value: Any) -> str:
    """Write a setting's value; what was left empty is said to be so."""
    if value is None or value in ([], {}, ""):
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
