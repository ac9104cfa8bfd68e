// What every page shares: the sheet of keys, menus that close, and a word when the server is away.
"use strict";

const keys = document.getElementById("keys");
const PLACES = { b: "/console/", k: "/console/inbox", p: "/console/attention", s: "/console/me" };
let prefix = 0; // when "g" was pressed

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape") {
    for (const open of document.querySelectorAll("details[data-closes][open]")) {
      open.open = false;
      open.querySelector("summary").focus();
    }
    return;
  }
  if (isTyping(event.target)) return;
  if (event.key === "?" && keys) {
    event.preventDefault();
    if (keys.open) keys.close();
    else keys.showModal();
  } else if (event.key === "/") {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  } else if (event.key === "g") {
    prefix = Date.now();
  } else if (Date.now() - prefix < 1500 && PLACES[event.key] && keys) {
    prefix = 0;
    event.preventDefault();
    location.href = PLACES[event.key];
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys]")) {
    event.target.closest("details").open = false;
    keys.showModal();
  }
  for (const open of document.querySelectorAll("details[data-closes][open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

const offline = document.getElementById("offline");
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => { offline.hidden = false; });
}
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) offline.hidden = true;
});

// On a phone the line of pages scrolls: the current one is in sight.
document.querySelector(".nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
