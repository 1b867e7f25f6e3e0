"use strict";
(() => {
  const $ = (id) => document.getElementById(id);

  // A link to a moment opens the topic that it stands in.
  const reveal = () => {
    const target = location.hash.length > 1 && $(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    target.scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);
  reveal();

  // The timeline: one stop for the Tab key, arrows from block to block, words below.
  const chart = document.querySelector("svg.tl");
  if (chart) {
    const now = $("tl-now");
    const blocks = [...chart.querySelectorAll("a")];
    const words = blocks.map((block) => {
      const title = block.querySelector("title");
      block.setAttribute("aria-label", title.textContent);
      title.remove(); // else a tooltip covers the line below
      return block.getAttribute("aria-label");
    });
    const tell = (at) => { if (at >= 0) now.textContent = words[at]; };
    const stop = (at) => blocks.forEach((block, n) => block.setAttribute("tabindex", n === at ? "0" : "-1"));
    stop(0);
    const at = (event) => blocks.indexOf(event.target.closest("a"));
    chart.addEventListener("pointerover", (event) => tell(at(event)));
    chart.addEventListener("focusin", (event) => { tell(at(event)); stop(at(event)); });
    chart.addEventListener("keydown", (event) => {
      const last = blocks.length - 1, here = at(event);
      const to = { ArrowRight: Math.min(here + 1, last), ArrowLeft: Math.max(here - 1, 0), Home: 0, End: last }[event.key];
      if (to === undefined || here < 0) return;
      event.preventDefault();
      blocks[to].focus();
    });
  }

  // Moments play in the bar at the foot of the page.
  const bar = $("player");
  const told = (text) => { $("player-now").textContent = text; };
  if (bar) {
    const audio = bar.querySelector("audio");
    const beside = bar.dataset.name && encodeURIComponent(bar.dataset.name);
    let from = "", second = 0;
    const start = (file) => {
      if (from === file) audio.currentTime = second;
      else { from = file; audio.src = `${file}#t=${second}`; }
      audio.play().catch(() => {});
    };
    const play = (link) => {
      const href = link.getAttribute("href");
      const clip = href.startsWith("#") && $(href.slice(1)).querySelector("audio");
      bar.hidden = false;
      document.body.classList.add("playing");
      told(`From ${link.textContent.trim()}`);
      second = clip ? 0 : Number(href.split("#t=")[1]);
      start(clip ? clip.src : from === beside ? beside : href.split("#")[0]);
    };
    audio.addEventListener("error", () => {
      if (from === bar.dataset.src && beside && beside !== from) { start(beside); return; }
      from = "";
      told(`${bar.dataset.name} does not play: it is not where it was, or not in a form that this browser knows. Put it beside this page.`);
    });
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a.play");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      play(link);
    });
    // Turns carry a time alone, which keeps the page small; opened, they become links as well.
    const talk = $("talk");
    talk.addEventListener("toggle", () => {
      if (!bar.dataset.src) return;
      for (const time of talk.querySelectorAll(".turns span.t")) {
        const link = document.createElement("a");
        link.className = "play";
        link.textContent = time.textContent;
        const second = time.textContent.split(":").reduce((sum, part) => 60 * sum + Number(part), 0);
        link.href = `${bar.dataset.src}#t=${second}`;
        time.replaceWith(link);
      }
    }, { once: true });
    bar.querySelector("button").addEventListener("click", () => {
      audio.pause();
      bar.hidden = true;
      document.body.classList.remove("playing");
    });
  }

  // Disagree: choose the label, copy the command.
  const choices = $("choices");
  document.addEventListener("toggle", (event) => {
    const box = event.target;
    if (!box.classList?.contains("dis") || !box.open || box.querySelector("select")) return;
    const code = box.querySelector("code");
    const select = choices.content.firstElementChild.cloneNode(true);
    const start = code.textContent.split(" --focus ")[0];
    select.setAttribute("aria-label", "It was rather");
    select.value = code.textContent.slice(start.length + 1);
    select.addEventListener("change", () => { code.textContent = `${start} ${select.value}`; });
    const copy = document.createElement("button");
    copy.type = "button";
    copy.textContent = "Copy";
    copy.addEventListener("click", async () => {
      try { await navigator.clipboard.writeText(code.textContent); copy.textContent = "Copied"; }
      catch { getSelection().selectAllChildren(code); copy.textContent = "Selected: press Ctrl+C"; }
    });
    code.parentElement.before(select);
    code.parentElement.append(copy);
  }, true);

  // Search in the transcript.
  const field = $("find");
  if (field) {
    const turns = [...$("turns").children];
    const texts = turns.map((turn) => turn.textContent.toLowerCase());
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let found = 0;
      turns.forEach((turn, n) => {
        turn.hidden = !words.every((word) => texts[n].includes(word));
        found += !turn.hidden;
      });
      $("found").textContent = words.length ? `${found} of ${turns.length} turns` : "";
    });
    field.addEventListener("focus", () => { field.closest("details").open = true; });
  }
})();
