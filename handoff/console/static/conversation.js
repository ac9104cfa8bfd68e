// The conversation's page: what comes in takes its place without moving anything else; keys; canned replies.
// Without this file everything is still there: forms are sent and links are followed.
"use strict";

const conv = document.querySelector(".conv");
const at = (id) => document.getElementById(id);

// The thread

function isAtEnd() {
  const thread = at("thread");
  return thread.scrollHeight - thread.scrollTop - thread.clientHeight < 120;
}

function toEnd() {
  const thread = at("thread");
  if (thread) thread.scrollTop = thread.scrollHeight;
}

function takeOver(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const messages = at("messages");
  if (!messages || !fresh.getElementById("messages")) return;
  if (new URLSearchParams(location.search).has("before")) return;
  const wasAtEnd = isAtEnd();
  const entries = [...fresh.getElementById("messages").children];
  const knowsOne = entries.some((entry) => at(entry.id));
  if (!knowsOne && messages.children.length > 0 && entries.length > 0) {
    htmx.ajax("GET", conv.dataset.home, { target: "#conversation", swap: "innerHTML" });
    return;
  }
  let last = null;
  for (const entry of entries) {
    const known = at(entry.id);
    if (known) {
      renew(known, entry, ".sending");
      renew(known, entry, ".files");
      last = known;
    } else if (last || messages.children.length === 0) {
      entry.classList.add("fresh");
      if (last) last.after(entry);
      else messages.append(entry);
      last = entry;
    }
  }
  replace(fresh, "head");
  replace(fresh, "window");
  if (!isBusy(at("panel"))) replace(fresh, "panel");
  // What was not seen before writing began still counts as unseen: the desk tells of a colleague's reply then.
  if (at("words").value.trim() === "") at("seen").value = fresh.getElementById("seen").value;
  if (wasAtEnd) toEnd();
}

function renew(known, entry, part) {
  const [old, next] = [known.querySelector(part), entry.querySelector(part)];
  if (old && next && old.outerHTML !== next.outerHTML) old.replaceWith(next);
}

function replace(fresh, id) {
  const [old, next] = [at(id), fresh.getElementById(id)];
  if (!old || !next || old.innerHTML === next.innerHTML || old.contains(document.activeElement)) return;
  old.innerHTML = next.innerHTML;
  htmx.process(old);
}

function isBusy(panel) {
  if (panel.contains(document.activeElement)) return true;
  return panel.querySelector("details[open], #answers > *") !== null;
}

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target.id === "news" && event.detail.successful) takeOver(event.detail.xhr.responseText);
});

// After an act of the officer's own the body is new: the thread stands at its end, the composer is at hand.

let wrote = false;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "composer") wrote = true;
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target && event.detail.target.id === "conversation" && [409, 422].includes(event.detail.xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "conversation") return;
  toEnd();
  grow();
  if (wrote && at("words")) at("words").focus();
  wrote = false;
});

// The composer

function grow() {
  const words = at("words");
  if (!words) return;
  words.rows = Math.min(Math.max(words.value.split("\n").length + Math.floor(words.value.length / 90), 2), 14);
}

function insert(text) {
  const words = at("words");
  const start = words.selectionStart;
  words.setRangeText(text, slashStart(words) ?? start, words.selectionEnd, "end");
  words.dispatchEvent(new Event("input", { bubbles: true }));
  words.focus();
}

function slashStart(words) {
  const before = words.value.slice(0, words.selectionStart);
  const found = /(^|\s)\/([\w-]*)$/.exec(before);
  return found ? found.index + found[1].length : null;
}

function hideCanned() {
  const list = at("canned-choice");
  if (list) {
    list.hidden = true;
    list.replaceChildren();
    at("words").removeAttribute("aria-activedescendant");
  }
}

let asked = 0;

async function offerCanned(words) {
  const start = slashStart(words);
  if (start === null) {
    asked += 1; // whatever is still on its way is wanted no more
    hideCanned();
    return;
  }
  const mine = ++asked;
  const typed = words.value.slice(start + 1, words.selectionStart);
  const answer = await fetch(`${words.dataset.canned}?options&q=${encodeURIComponent(typed)}`, { headers: { "HX-Request": "true" } });
  const options = await answer.text();
  // Only now: while the text was on its way more may have been typed, asked and answered.
  const list = at("canned-choice");
  if (mine !== asked || !answer.ok || !list) return;
  list.innerHTML = options;
  list.hidden = false;
  choose(list.querySelector("[role=option]"));
}

function choose(option) {
  for (const each of document.querySelectorAll("#canned-choice [role=option]")) {
    each.setAttribute("aria-selected", String(each === option));
  }
  if (option) {
    option.scrollIntoView({ block: "nearest" });
    at("words").setAttribute("aria-activedescendant", option.id);
  }
}

async function use(link) {
  if (link.dataset.use !== undefined) {
    insert(link.dataset.use);
    return;
  }
  const answer = await fetch(link.dataset.cannedFrom);
  if (answer.ok) insert(await answer.text());
  hideCanned();
  for (const open of document.querySelectorAll(".tool[open]")) open.open = false;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-use], [data-canned-from]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  use(link);
});

document.addEventListener("change", (event) => {
  if (event.target.name !== "mode") return;
  const mode = isNote() ? "note" : "reply";
  at("words").placeholder = at("words").dataset[mode];
  at("words-label").textContent = at("words-label").dataset[mode];
});

document.addEventListener("input", (event) => {
  if (event.target.id !== "words") return;
  grow();
  offerCanned(event.target);
});

function isNote() {
  return at("mode-note").checked;
}

document.addEventListener("keydown", (event) => {
  const words = at("words");
  if (event.target === words) {
    onWriting(event, words);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest("input:not([type=radio]), textarea, select, dialog")) return;
  const keys = { r: () => write("mode-reply"), n: () => write("mode-note"), c: () => press("c"), e: () => press("e") };
  if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
});

function onWriting(event, words) {
  const options = [...document.querySelectorAll("#canned-choice [role=option]")];
  const chosen = options.findIndex((each) => each.getAttribute("aria-selected") === "true");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    const button = document.querySelector(isNote() ? "[data-keeps]" : "[data-sends]");
    words.form.requestSubmit(button);
  } else if (options.length > 0 && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    choose(options[(chosen + step + options.length) % options.length]);
  } else if (options.length > 0 && (event.key === "Enter" || event.key === "Tab") && chosen >= 0) {
    event.preventDefault();
    use(options[chosen]);
  } else if (event.key === "Escape") {
    if (options.length > 0) hideCanned();
    else words.blur();
  }
}

function write(mode) {
  const choice = at(mode);
  if (!choice.disabled) choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  at("words").focus();
}

function press(key) {
  const button = document.querySelector(`[data-key="${key}"]`);
  if (!button) return;
  const details = button.closest("details");
  if (button.matches("summary")) {
    at("pane-panel").checked = true;
    details.open = true;
    details.querySelector("button").focus();
  } else button.click();
}

// Colleagues see who looks on: a sign of life while the page is seen, and a last one when it is left.

function watch() {
  if (document.hidden) return;
  htmx.ajax("POST", `${conv.dataset.home}/viewing`, { target: "#watching", swap: "innerHTML" });
}

if (conv) {
  document.addEventListener("htmx:sseOpen", () => { conv.dataset.live = "1"; });
  document.addEventListener("htmx:sseError", () => { delete conv.dataset.live; });
  toEnd();
  grow();
  document.addEventListener("visibilitychange", watch);
  window.setInterval(watch, 15000);
  window.addEventListener("load", watch);
  window.addEventListener("pagehide", () => {
    const form = new FormData();
    const csrf = document.querySelector("#composer [name=csrf]");
    if (!csrf) return;
    form.append("csrf", csrf.value);
    form.append("leaves", "1");
    navigator.sendBeacon(`${conv.dataset.home}/viewing`, form);
  });
}
