"""Speak the scripts in this folder: two voices, a stereo and a mono recording each, and the exact truth.

    python eval/recordings/make.py                  # every script -> NAME/stereo.opus, mono.opus, truth.json
    python eval/recordings/make.py long OUT --minutes 120     # a long stereo recording, for memory measurements

The text is original.  The voices are Debian's flite (`apt install flite`): rms and awb are men, slt a woman.
Numbers are spelled out in the scripts, so that the voice says exactly what is written.
`truth.json` is a meeting in the evaluation format (the participants in the order of the channels), with the time
of every turn to the sample: silence is trimmed from the synthesiser's output before a turn is placed.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import tempfile
import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

HERE = Path(__file__).parent
RATE = 16_000
LEVEL = 10 ** (-23 / 20)
"""Root mean square of every turn, relative to full scale."""


def read_script(path: Path) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return the header and the turns ``(first name, text)`` of a script."""
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    header = dict(line.split(": ", 1) for line in head.splitlines())
    turns = [tuple(line.split(": ", 1)) for line in body.splitlines() if line.strip()]
    return header, turns  # type: ignore[return-value]


def speak(text: str, voice: str, stretch: float | None = None) -> np.ndarray:
    """Return float32 samples at 16 kHz, with the silence at both ends trimmed; a higher ``stretch`` is slower."""
    speed = [] if stretch is None else ["--setf", f"duration_stretch={stretch}"]
    with tempfile.NamedTemporaryFile(suffix=".wav") as out:
        subprocess.run(["flite", "-voice", voice, *speed, "-t", text, "-o", out.name], check=True)
        with wave.open(out.name) as spoken:
            assert spoken.getframerate() == RATE, f"voice {voice} speaks at {spoken.getframerate()} Hz"
            samples = np.frombuffer(spoken.readframes(spoken.getnframes()), "<i2").astype(np.float32) / 32768
    frame = RATE // 100
    count = len(samples) // frame
    level = np.sqrt((samples[: count * frame].reshape(count, frame) ** 2).mean(axis=1))
    loud = np.flatnonzero(level > level.max() * 0.02)
    samples = samples[loud[0] * frame : (loud[-1] + 1) * frame].copy()
    fade = frame // 2
    samples[:fade] *= np.linspace(0, 1, fade)
    samples[-fade:] *= np.linspace(1, 0, fade)
    return samples * (LEVEL / np.sqrt((samples**2).mean()))


def place(spoken: list[tuple[str, str, np.ndarray]], seed: int) -> tuple[dict[str, np.ndarray], list[dict]]:
    """Lay ``(speaker, text, samples)`` one after another; return a track for each speaker, and the turns with times."""
    pauses = random.Random(seed)
    at, placed = RATE // 2, []
    for speaker, text, samples in spoken:
        placed.append((speaker, text, at, samples))
        at += len(samples) + round(pauses.uniform(0.25, 0.9) * RATE)
    tracks = {speaker: np.zeros(at, np.float32) for speaker in dict.fromkeys(s for s, *_ in spoken)}
    turns = []
    for n, (speaker, text, start, samples) in enumerate(placed, 1):
        tracks[speaker][start : start + len(samples)] = samples
        end = start + len(samples)
        turns.append(
            {"n": n, "speaker": speaker, "start": round(start / RATE, 4), "end": round(end / RATE, 4), "text": text}
        )
    return tracks, turns


def write_opus(path: Path, channels: np.ndarray, bit_rate: int) -> None:
    """Write float samples of shape (channels, n) at 16 kHz."""
    layout = "stereo" if len(channels) == 2 else "mono"
    pcm = (np.clip(channels, -1, 1) * 32767).astype("<i2")
    with av.open(str(path), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE, layout=layout, bit_rate=bit_rate)
        for at in range(0, pcm.shape[1], RATE):
            block = np.ascontiguousarray(pcm[:, at : at + RATE].T).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def record(folder: Path, seed: int) -> None:
    """Make the recordings and the truth of the script in ``folder``."""
    header, script = read_script(folder / "script.txt")
    voices = dict(pair.split("=") for pair in header["voices"].split())
    people = [{"name": header[role], "role": role} for role in ("manager", "rep")]
    full = {person["name"].split()[0]: person for person in people}
    spoken = [(full[who]["name"], text, speak(text, voices[full[who]["role"]])) for who, text in script]
    tracks, turns = place(spoken, seed)
    channels = np.stack([tracks[person["name"]] for person in people])
    write_opus(folder / "stereo.opus", channels, 40_000)
    write_opus(folder / "mono.opus", channels.sum(axis=0, keepdims=True), 24_000)
    truth = {
        "format": 1,
        "id": header["id"],
        "date": header["date"],
        "title": header["title"],
        "industry": header["industry"],
        "style": "clean",
        "series": None,
        "provenance": "synthesised",
        "participants": people,
        "turns": turns,
        "annotations": [],
        "gold": {"rubric": "2", "exchanges": None, "commitments": None},
    }
    text = json.dumps(truth, indent=1, ensure_ascii=False)
    text = re.sub(r"\{\s+(\"n\": [^{}]*?)\s+\}", lambda m: "{" + re.sub(r"\n\s+", " ", m[1]) + "}", text)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")
    meta = {
        "date": header["date"],
        "title": header["title"],
        "manager": header["manager"],
        "rep": header["rep"],
        "consent": "synthetic voices",
    }
    for kind, extra in (("stereo", {"channels": ["manager", "rep"]}), ("mono", {})):
        text = json.dumps(meta | extra, indent=1, ensure_ascii=False)
        (folder / f"{kind}.meta.json").write_text(text + "\n", encoding="utf-8")
    print(f"{header['id']}: {len(turns)} turns, {channels.shape[1] / RATE:.1f} s")


def make_long(out: Path, minutes: float, channels: int = 2) -> None:
    """Write a recording of ``minutes``: the turns of every script over and over, a speaker a channel or mixed to one."""
    tracks = []
    for folder in sorted(HERE.glob("*/script.txt")):
        with av.open(str(folder.parent / "stereo.opus")) as container:
            resample = av.AudioResampler(format="s16", layout="stereo", rate=RATE)
            frames = [f.to_ndarray() for frame in container.decode(audio=0) for f in resample.resample(frame)]
        track = np.concatenate(frames, axis=1).reshape(-1, 2)
        tracks.append(track if channels == 2 else track.sum(axis=1, keepdims=True).clip(-32768, 32767))
    wanted = round(minutes * 60 * RATE)
    with wave.open(str(out), "wb") as wav:
        wav.setnchannels(channels)
        wav.setsampwidth(2)
        wav.setframerate(RATE)
        written = 0
        while written < wanted:
            for track in tracks:
                part = track[: wanted - written]
                wav.writeframes(part.astype("<i2").tobytes())
                written += len(part)
    print(f"{out}: {minutes} minutes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command")
    long = commands.add_parser("long")
    long.add_argument("out", type=Path)
    long.add_argument("--minutes", type=float, default=120)
    arguments = parser.parse_args()
    if arguments.command == "long":
        make_long(arguments.out, arguments.minutes)
    else:
        for seed, script in enumerate(sorted(HERE.glob("*/script.txt")), 1):
            record(script.parent, seed)


if __name__ == "__main__":
    main()
