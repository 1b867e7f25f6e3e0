"""A series of two talks: two promises kept, one made again; a rare word in words, promise and claim."""

from __future__ import annotations

from pathlib import Path
from typing import Any

RARE = "zanthoxylum"
FIRST = (
    "Dana: Did the clinic sign the contract?\n"
    "Jules: Not yet. Legal still has it.\n"
    "Dana: Okay. Send Marta the sizing sheet this week.\n"
    "Jules: Okay. I'll send Marta the sizing sheet by Thursday.\n"
    f"Dana: And I'll talk to Lutz about the {RARE} samples by Friday.\n"
    "Jules: Great. I'll book the demo room in Leeds by next Friday.\n"
)
SECOND = (
    "Dana: Good morning. How was the trip?\n"
    "Jules: Fine. I sent Marta the sizing sheet on Wednesday.\n"
    "Dana: Good. I spoke to Lutz about the ZANTHOXYLUM samples, he agreed.\n"
    "Jules: Thanks. I'll book the demo room in Leeds by Thursday.\n"
    "Dana: What would you ask the head nurse?\n"
    "Jules: I would ask her what the delay costs, because she feels it every day.\n"
)
DAYS = ("2026-03-03", "2026-03-10")


def write(folder: Path) -> tuple[Path, Path]:
    """Write the talks; return their files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = folder / "first.txt", folder / "second.txt"
    for path, text in zip(files, (FIRST, SECOND), strict=True):
        path.write_text(text, encoding="utf-8")
    return files


def upload(analyzer: Any, path: Path, *more: str) -> Any:
    """Take one in, on its day."""
    day = DAYS[0] if path.stem == "first" else DAYS[1]
    done = analyzer("upload", path, "--manager", "Dana", "--rep", "Jules", "--date", day, *more)
    assert done.status == 0, done
    return done


def upload_both(analyzer: Any, folder: Path) -> tuple[Path, Path]:
    """Take both in, in order."""
    files = write(folder)
    for path in files:
        upload(analyzer, path)
    return files
