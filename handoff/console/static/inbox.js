// The inbox by keyboard: j, k and the arrows move from row to row, Enter opens. Rows that were loaded later and have
// moved up to the first page since are shown once.
"use strict";

const links = () => [...document.querySelectorAll(".inbox-row > a")];

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest("input, textarea, select, dialog, summary")) return;
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const all = links();
  const at = all.indexOf(document.activeElement);
  const next = all[at === -1 ? (step > 0 ? 0 : all.length - 1) : at + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest" });
});

let focused = null;
document.addEventListener("htmx:beforeSwap", () => {
  focused = document.activeElement?.closest(".inbox-row > a")?.id ?? null;
});

document.addEventListener("htmx:afterSwap", () => {
  const seen = new Set();
  for (const link of links()) {
    if (seen.has(link.id)) link.parentElement.remove();
    seen.add(link.id);
  }
  if (focused !== null && document.activeElement === document.body) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
});

document.querySelector(".queues a[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
