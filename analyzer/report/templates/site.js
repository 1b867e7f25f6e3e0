"use strict";
(() => {
  // The index: words, manager and days narrow the list; without script it is whole.
  const form = document.getElementById("filter");
  if (!form) return;
  const $ = (id) => document.getElementById(id);
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const pairs = [...document.querySelectorAll(".pair")].map((section) => ({
    section,
    manager: section.dataset.manager,
    name: plain(section.querySelector("h2").textContent),
    fold: section.querySelector("details"),
    meetings: [...section.querySelectorAll("li")].map((item) => ({
      item, day: item.dataset.day, text: plain(item.textContent),
    })),
  }));
  // What is found in a fold is shown; a fold that the reader opened himself stays as he left it.
  const unfold = (pair, wanted) => {
    pair.fold.hidden = !pair.fold.querySelector("li:not([hidden])");
    if (wanted === Boolean(pair.ours) || (wanted && pair.fold.open)) return;
    pair.fold.open = pair.ours = wanted;
  };
  const narrow = () => {
    const words = plain($("words").value).split(/\s+/).filter(Boolean);
    const manager = $("manager").value, from = $("from").value, to = $("to").value;
    let count = 0, all = 0;
    for (const pair of pairs) {
      let shown = 0;
      for (const one of pair.meetings) {
        const fits = (!manager || pair.manager === manager) && (!from || one.day >= from)
          && (!to || (one.day && one.day <= to))
          && words.every((word) => pair.name.includes(word) || one.text.includes(word));
        one.item.hidden = !fits;
        shown += fits;
      }
      pair.section.hidden = !shown;
      if (pair.fold) unfold(pair, shown > 0 && shown < pair.meetings.length);
      count += shown;
      all += pair.meetings.length;
    }
    $("found").value = count === all ? "" : `${count} of ${all} meetings`;
  };
  form.addEventListener("input", narrow);
  form.addEventListener("reset", () => setTimeout(narrow));
  form.addEventListener("submit", (event) => event.preventDefault());
  narrow();
})();
