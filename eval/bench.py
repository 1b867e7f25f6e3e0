"""Benchmarks: each a ratio of two measurements in one run.  `make bench`, or `python eval/bench.py NAME…`.

memory   peak memory of a transcription (decoding, voice activity, faster-whisper) for 4 hours over that for 10 minutes
transcribe  CPU time (all threads, user and system, loading the model left out) of a transcription over that of
         faster-whisper called bare on the same file: ten minutes of talk in one channel, and a model as large as
         Whisper tiny that says a hundred tokens a window, on one thread.  Bare is `WhisperModel.transcribe(path,
         vad_filter=True, word_timestamps=True, condition_on_previous_text=False)`: both detect the language (ours over
         all of the recording), both look for speech with silero, both use a beam of five, both decode the file.  Ours also
         writes the samples to disk, cuts blocks, examines channels and sifts words.  The two run by turns, five times
         each; the pair of the median ratio is shown
stereo   the same of a file with a speaker a channel.  Bare mixes the two and hears each second once, without saying who
         speaks; ours hears each channel where its own speaker may be heard, so a second in which both speak or neither
         does passes through voice activity twice, and one in which both speak is recognised twice
plain    as transcribe, over bare without `vad_filter`: it then recognises silence as well, and does not look for speech
help     wall time of `analyzer --help` over `python -c "import typer"`
library  time of adding a meeting to a library of 1,000 over that at 100
site     CPU time of adding a meeting to a library of 1,000 that keeps a site (`report --all`) over that at 100, ten meetings
         a pair: the median of nine
tokens   tokens in and out of a language model for an hour of talk, all stages, over those of its transcript; the part
         of a prompt that is the same for every window is counted whole once and then at a tenth, its cached price;
         requests as they are sent, replies as long as the recorded ones (`replies/dev.jsonl`)
slots    wall time of a meeting's windows at a server that takes half a second a reply, over N windows times that over 4 slots
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from analyzer.llm.replies import read_replies

if TYPE_CHECKING:
    from analyzer.model import Transcript, Turn

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "recordings"), str(HERE.parent)]

_SAYS = (
    "Good. What would it take to bring the second site in before the end of the quarter, and who has to agree to it? "
    "I asked the head nurse what the delay costs her, and she said that it costs her two hours every day. "
)
"""About a hundred tokens of the small vocabulary: what people say in half a minute, in Whisper's own."""
_OURS = """
import resource, sys, tempfile
from pathlib import Path
from analyzer.audio.recognise import recognise
from analyzer.audio.whisper import WhisperTranscriber

whisper = WhisperTranscriber(Path(sys.argv[1]), "bench", 1)
began = resource.getrusage(resource.RUSAGE_SELF)
with tempfile.TemporaryDirectory() as scratch:
    heard = recognise(Path(sys.argv[2]), whisper, Path(scratch), lambda *_: None)
used = resource.getrusage(resource.RUSAGE_SELF)
assert heard.words
print(used.ru_maxrss / 1024, used.ru_utime + used.ru_stime - began.ru_utime - began.ru_stime)
"""
_BARE = """
import resource, sys
from faster_whisper import WhisperModel

model = WhisperModel(sys.argv[1], cpu_threads=1, local_files_only=True)
began = resource.getrusage(resource.RUSAGE_SELF)
segments, _ = model.transcribe(
    sys.argv[2], vad_filter=sys.argv[3] == "vad", word_timestamps=True, condition_on_previous_text=False
)
assert list(segments)
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_maxrss / 1024, used.ru_utime + used.ru_stime - began.ru_utime - began.ru_stime)
"""


def _measure(script: str, *arguments: Path | str) -> tuple[float, float]:
    """Return peak memory in MB and CPU seconds of a script."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=HERE.parent)
    peak, seconds = done.stdout.split()[-2:]
    return float(peak), float(seconds)


def memory() -> tuple[float, float, str]:
    """Return peak memory in MB for four hours and for ten minutes of stereo."""
    import make

    from tests.audio.parrot import write_parrot

    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        model = write_parrot(Path(folder) / "model", _SAYS, width=192)
        for minutes in (240, 10):
            wav = Path(folder) / f"{minutes}.wav"
            make.make_long(wav, minutes)
            peaks.append(_measure(_OURS, model, wav)[0])
            wav.unlink()
    return peaks[0], peaks[1], "MB"


def _against_bare(channels: int, vad: str) -> tuple[float, float, str]:
    """Return CPU seconds through the pipeline and bare: of five pairs of runs, the one of the median ratio."""
    import make

    from tests.audio.parrot import write_parrot

    with tempfile.TemporaryDirectory() as folder:
        model = write_parrot(Path(folder) / "model", _SAYS, width=384, layers=4, heads=6)
        wav = Path(folder) / "10.wav"
        make.make_long(wav, 10, channels)
        runs = [(_measure(_OURS, model, wav)[1], _measure(_BARE, model, wav, vad)[1]) for _ in range(5)]
    ours, bare = sorted(runs, key=lambda run: run[0] / run[1])[len(runs) // 2]
    return ours, bare, "s"


def transcribe() -> tuple[float, float, str]:
    """Return CPU seconds for one channel, over bare with its voice activity filter."""
    return _against_bare(1, "vad")


def stereo() -> tuple[float, float, str]:
    """Return CPU seconds for a speaker a channel, over bare on the mix."""
    return _against_bare(2, "vad")


def plain() -> tuple[float, float, str]:
    """Return CPU seconds for one channel, over bare without its voice activity filter."""
    return _against_bare(1, "no vad")


def help_() -> tuple[float, float, str]:
    """Return the best of ten wall times in ms."""
    commands = ([sys.executable, "-m", "analyzer", "--help"], [sys.executable, "-c", "import typer"])
    return _best(commands[0], 10), _best(commands[1], 10), "ms"


def _best(command: list[str], times: int) -> float:
    best = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        best = min(best, time.perf_counter() - began)
    return 1000 * best


def library() -> tuple[float, float, str]:
    """Return the median time in ms of adding a small transcript at 1,000 and at 100 meetings."""
    from analyzer.config import Settings
    from analyzer.pipeline import Pipeline
    from analyzer.store.library import Library

    with tempfile.TemporaryDirectory() as folder:
        pipeline = Pipeline(Settings(), Library(Path(folder) / "library"))
        took = []
        for n in range(1_020):
            path = Path(folder) / f"{n}.txt"
            path.write_text(f"Dana: Did customer {n} sign?\nJules: No, I'll call them by Friday.\n")
            began = time.perf_counter()
            pipeline.run(pipeline.intake(path))
            took.append(time.perf_counter() - began)
    at = [1000 * sorted(took[n : n + 20])[10] for n in (1_000, 100)]
    return at[0], at[1], "ms"


def site() -> tuple[float, float, str]:
    """Return the median CPU time in ms of adding a small transcript where a site is kept, at 1,000 and at 100 meetings."""
    with tempfile.TemporaryDirectory() as folder:
        at = [_with_site(Path(folder) / str(count), count) for count in (1_000, 100)]
    return at[0], at[1], "ms"


def _with_site(folder: Path, count: int) -> float:
    from analyzer.config import Settings
    from analyzer.pipeline import Pipeline
    from analyzer.report.site import write_site
    from analyzer.store.library import Library
    from analyzer.transcript.metadata import Known

    folder.mkdir()
    pipeline = Pipeline(Settings(), Library(folder / "library"))
    first, took = date(2026, 1, 5), []
    for n in range(count + 10):
        if n == count:
            write_site(pipeline.library, first)
        pair, week = (n // 10, n % 10) if n < count else (n % 10, 10)
        path = folder / f"{n}.txt"
        path.write_text(f"Dana {pair % 20}: Did customer {n} sign?\nJules {pair}: No, I'll call them by Friday.\n")
        known = Known(first + timedelta(weeks=week), manager=f"Dana {pair % 20}", rep=f"Jules {pair}")
        began = time.process_time()
        pipeline.run(pipeline.intake(path, known))
        took.append(1000 * (time.process_time() - began))
    return median(took[count + 1 :])


def _tokens(text: str) -> float:
    return len(text.encode()) / 4  # English; what the count is does not change a ratio


def _talks() -> list[Transcript]:
    """Return the dev meetings."""
    from analyzer.evaluation.dataset import read_folder

    return [meeting.transcript() for meeting in read_folder(HERE / "meetings" / "dev")]


def _hour(parts: Sequence[Transcript]) -> Transcript:
    """Return an hour of talk, put together from meetings."""
    names = {role: parts[0].named(role) for role in ("manager", "rep")}
    turns: list[Turn] = []
    for part in parts:
        for turn in part.turns:
            at = turns[-1].end if turns else 0.0
            if at > 3600:
                return replace(parts[0], turns=tuple(turns))
            speaker = names[part.role_of(turn.speaker)]
            turns.append(replace(turn, n=len(turns) + 1, speaker=speaker, start=at, end=at + turn.duration))
    raise SystemExit("the dev meetings are shorter than an hour")


def tokens() -> tuple[float, float, str]:
    """Return a model's tokens for an hour of talk, and those of the talk."""
    from analyzer.config import Settings
    from analyzer.engines import build_engines
    from analyzer.feedback.measures import measure
    from analyzer.labels.rubric import load_rubric
    from analyzer.llm.replies import FileReplies, WaitingError
    from analyzer.store.library import utc_now

    rubric, kept = load_rubric(), FileReplies(HERE / "replies" / "dev.jsonl")
    recorded = read_replies(kept.path)
    model = recorded[0].model
    asked = build_engines(Settings(llm=model, llm_mode="deferred"), FileReplies(Path("none")), utc_now)
    known = build_engines(Settings(llm=model, llm_mode="replay"), kept, utc_now)
    talks = _talks()
    first, hour = talks[0], _hour(talks)
    talk = sum(_tokens(turn.text) for turn in hour.turns)
    total, seen = 0.0, set()
    try:
        asked.labeler.label(hour, rubric)
    except WaitingError as error:
        bodies = [one.body for one in error.requests]
    labelled = known.labeler.label(first, rubric)
    try:
        asked.adviser.advise(first, labelled.exchanges, measure(first, labelled.exchanges, rubric), rubric)
    except WaitingError as error:
        bodies += [one.body for one in error.requests]
    for body in bodies:
        system, user = (one["content"] for one in body["messages"])
        total += _tokens(system) * (0.1 if system in seen else 1.0) + _tokens(user)
        seen.add(system)
    replies = {"window": [], "feedback": []}
    for reply in recorded:
        replies.setdefault(reply.prompt.split()[0], []).append(_tokens(reply.text))
    said = sum(_tokens(turn.text) for one in talks for turn in one.turns)
    total += talk * sum(replies["window"]) / said + max(replies["feedback"], default=0.0)
    return total, talk, "tokens"


def slots() -> tuple[float, float, str]:
    """Return seconds for the windows of a long meeting at a slow server, and N windows of its time over the slots."""
    from analyzer.config import Settings
    from analyzer.engines import build_engines
    from analyzer.labels.rubric import load_rubric
    from analyzer.llm.replies import FileReplies
    from analyzer.store.library import utc_now
    from tests.llm import model
    from tests.llm.server import FaultServer

    latency, hour = 0.5, _hour(_talks())
    with (
        tempfile.TemporaryDirectory() as folder,
        FaultServer(lambda b, n: replace(model.answer(b), wait=latency)) as server,
    ):
        settings = Settings(llm="m", llm_base_url=server.url, llm_window=700)
        memory = FileReplies(Path(folder) / "r.jsonl")
        build_engines(settings, memory, utc_now).labeler.label(replace(hour, turns=hour.turns[:4]), load_rubric())
        server.bodies.clear()
        engines = build_engines(settings, memory, utc_now)
        began = time.perf_counter()
        engines.labeler.label(hour, load_rubric())
        took = time.perf_counter() - began
    return took, len(server.bodies) * latency / settings.llm_concurrency, "s"


BENCHES: dict[str, tuple[Callable[[], tuple[float, float, str]], float]] = {
    "memory": (memory, 1.3),
    "transcribe": (transcribe, 1.05),
    "stereo": (stereo, 1.05),
    "plain": (plain, 1.05),
    "help": (help_, 2.5),
    "library": (library, 1.5),
    "site": (site, 1.5),
    "tokens": (tokens, 3.0),
    "slots": (slots, 1.2),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="*", choices=[*BENCHES, []], help="which; all if none is named")
    for name in parser.parse_args().name or BENCHES:
        bench, budget = BENCHES[name]
        one, other, unit = bench()
        verdict = "within" if one / other <= budget else "OVER"
        print(f"{name:10} {one:8.1f} / {other:8.1f} {unit} = {one / other:.2f} ({verdict} {budget})", flush=True)


if __name__ == "__main__":
    main()
