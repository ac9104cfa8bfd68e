// Makes the simulator live. Every page works without it (links and forms); with it nothing reloads.
//
// There is one way to change what is shown: ask the server for a whole page, and take over what differs.
//   [data-keyed]  a list whose items have ids: items are added, changed or removed one by one, so that a
//                 screen reader hears only what is new, and a reader's place is kept
//   [data-text]   something small that is replaced when it differs
//   [data-pane]   replaced as a whole when its data-key differs, else only the lists inside it
"use strict";

const parser = new DOMParser();
const GONE = "Simulasi tidak dapat dihubungi; halaman ini mencoba lagi sendiri. Pesan yang sudah diterima kantor tetap tersimpan.";

let typingTimer = 0;
const atEnd = new WeakSet(); // scrollers whose reader is at the newest item
let places = 0; // how often somebody has gone elsewhere
let refreshing = false;
let isStale = false;

function adopt(page) {
  for (const fresh of page.querySelectorAll("[data-text]")) replaceInner(document.getElementById(fresh.id), fresh);
  for (const fresh of page.querySelectorAll("[data-pane]")) {
    const shown = document.getElementById(fresh.id);
    if (shown && shown.dataset.key !== fresh.dataset.key) {
      shown.replaceWith(document.importNode(fresh, true));
      document.querySelector(`#${fresh.id} [data-focus]`)?.focus({ preventScroll: true });
    }
  }
  for (const fresh of page.querySelectorAll("[data-keyed]")) mergeList(document.getElementById(fresh.id), fresh);
  adoptWho(page);
  document.body.dataset.tab = page.body.dataset.tab;
  document.getElementById("klien").dataset.open = page.getElementById("klien").dataset.open;
  for (const fresh of page.querySelectorAll(".tabs a")) {
    const shown = document.querySelector(`.tabs a[data-tab="${fresh.dataset.tab}"]`);
    shown.href = fresh.href;
    shown.toggleAttribute("aria-current", false);
    if (fresh.hasAttribute("aria-current")) shown.setAttribute("aria-current", "page");
  }
  for (const fresh of page.querySelectorAll(".inbox header a")) document.querySelector(".inbox header a").href = fresh.href;
  prepare();
}

// Who the visitor plays stands in hidden fields, in the summaries and in the forms behind them.
function adoptWho(page) {
  for (const fresh of page.querySelectorAll(".who > summary")) {
    replaceInner(document.querySelector(`#${fresh.parentElement.id} > summary`), fresh);
  }
  for (const fresh of page.querySelectorAll(".who input:not([type=hidden])")) {
    const shown = document.getElementById(fresh.id);
    if (!shown.closest("[open]")) shown.value = fresh.value;
  }
  for (const fresh of page.querySelectorAll(".clock input[type=hidden]")) {
    for (const shown of document.querySelectorAll(`input[type=hidden][name="${fresh.name}"]:not([data-fixed])`)) {
      shown.value = fresh.value;
    }
  }
}

function replaceInner(shown, fresh) {
  if (shown && shown.innerHTML !== fresh.innerHTML) shown.innerHTML = fresh.innerHTML;
}

function mergeList(shown, fresh) {
  if (!shown) return;
  const scroller = shown.closest("[data-stick]");
  const wasAtEnd = scroller && isAtEnd(scroller);
  const isOther = shown.dataset.key !== fresh.dataset.key;
  const hadItems = !isOther && shown.children.length > 0;
  if (isOther) {
    shown.replaceChildren();
    shown.dataset.key = fresh.dataset.key;
  }
  let place = shown.firstElementChild;
  for (const item of fresh.children) {
    const known = shown.querySelector(`:scope > #${CSS.escape(item.id)}`);
    if (known) {
      if (known !== place) shown.insertBefore(known, place);
      become(known, item);
      place = known.nextElementSibling;
    } else {
      const added = document.importNode(item, true);
      if (hadItems) added.classList.add("arriving");
      shown.insertBefore(added, place);
    }
  }
  while (place) {
    const next = place.nextElementSibling;
    place.remove();
    place = next;
  }
  if (scroller && (isOther || wasAtEnd)) toEnd(scroller);
}

// Whoever reads the newest stays there, also when a picture arrives late or the window changes;
// whoever has scrolled up to read is left alone.
function isAtEnd(scroller) {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
}

function toEnd(scroller) {
  scroller.scrollTop = scroller.scrollHeight;
  atEnd.add(scroller);
}

function staysAtEnd(element) {
  const scroller = element.closest?.("[data-stick]");
  if (scroller && atEnd.has(scroller)) toEnd(scroller);
}

// Changes only what differs, so that whoever is at a button of an item (by keyboard, or with the finger still
// down) stays at it. Children are matched from the front and from the end; what lies between is replaced.
// An opened <details> is the reader's own doing, no difference.
function become(known, fresh) {
  if (known.isEqualNode(fresh)) return;
  if (known.nodeType !== Node.ELEMENT_NODE) {
    known.nodeValue = fresh.nodeValue;
    return;
  }
  for (const { name } of [...known.attributes]) {
    if (name !== "open" && !fresh.hasAttribute(name)) known.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (known.getAttribute(name) !== value) known.setAttribute(name, value);
  }
  const [old, next] = [[...known.childNodes], [...fresh.childNodes]];
  const most = Math.min(old.length, next.length);
  let front = 0;
  while (front < most && isAlike(old[front], next[front])) front += 1;
  let back = 0;
  while (front + back < most && isAlike(old.at(-1 - back), next.at(-1 - back))) back += 1;
  const behind = back ? old.at(-back) : null;
  for (const node of old.slice(front, old.length - back)) node.remove();
  for (const node of next.slice(front, next.length - back)) known.insertBefore(document.importNode(node, true), behind);
  for (let index = 0; index < front; index += 1) become(old[index], next[index]);
  for (let index = 1; index <= back; index += 1) become(old.at(-index), next.at(-index));
}

function isAlike(known, fresh) {
  if (known.nodeName !== fresh.nodeName) return false;
  return known.nodeType !== Node.ELEMENT_NODE || (known.className === fresh.className && known.value === fresh.value);
}

async function load(address, options) {
  const answer = await fetch(address, { ...options, headers: { Accept: "text/html" } });
  if (!(answer.headers.get("content-type") || "").startsWith("text/html")) throw new Error(await answer.text());
  return { answer, page: parser.parseFromString(await answer.text(), "text/html") };
}

// One at a time: notices that come meanwhile are answered by one more, and what was asked for an
// address that has been left since is thrown away.
async function refresh() {
  if (refreshing) {
    isStale = true;
    return;
  }
  refreshing = true;
  try {
    do {
      isStale = false;
      const asked = location.href;
      const { page } = await load(asked);
      if (asked === location.href) adopt(page);
      else isStale = true;
    } while (isStale);
  } catch {
    say(GONE);
  } finally {
    refreshing = false;
  }
}

async function go(address) {
  const place = ++places;
  try {
    const { answer, page } = await load(address);
    if (place !== places) return; // somebody has gone elsewhere meanwhile
    history.pushState(null, "", answer.url);
    adopt(page);
  } catch {
    location.assign(address);
  }
}

async function send(form, button) {
  const data = new FormData(form, button);
  if (form.method === "get") return go(`${form.action}?${new URLSearchParams(data)}`);
  if (form.dataset.busy) return undefined;
  form.dataset.busy = "yes"; // a second tap must not send twice
  const place = places;
  const putBack = form.hasAttribute("data-reset") ? clear(form) : () => {};
  try {
    const { answer, page } = await load(form.action, { method: "POST", body: data });
    if (!answer.ok) putBack();
    if (place !== places) return refresh();
    if (answer.ok) history.replaceState(null, "", answer.url);
    adopt(page);
    if (answer.ok && form.closest(".device")) toEnd(document.getElementById("chat"));
    if (answer.ok && form.closest(".pane")?.isConnected) toEnd(form.closest(".pane"));
  } catch {
    putBack();
    say("Tidak terkirim: simulasi tidak dapat dihubungi. Teks Anda masih ada; coba lagi.");
  } finally {
    delete form.dataset.busy;
  }
  if (document.activeElement === document.body) document.getElementById("teks").focus({ preventScroll: true });
  return undefined;
}

// Empties a form at once, so that the next message can be typed while this one is on its way;
// what it returns puts back what was there, unless something new was typed meanwhile.
function clear(form) {
  const fields = [...form.elements].filter((field) => field.name && field.type !== "hidden" && field.type !== "submit");
  const kept = fields.map((field) => (field.type === "file" ? field.files : field.value));
  form.reset();
  prepare();
  return () => {
    if (fields.some((field) => field.type === "textarea" && field.value)) return;
    fields.forEach((field, index) => {
      if (field.type === "file") field.files = kept[index];
      else field.value = kept[index];
    });
    prepare();
  };
}

function closeWho() {
  for (const details of document.querySelectorAll(".who[open], .react[open], .list[open]")) {
    details.open = false;
    details.querySelector("summary").focus({ preventScroll: true });
  }
}

function say(words) {
  const place = document.getElementById("masalah");
  if (place.textContent !== words) place.replaceChildren(Object.assign(document.createElement("p"), { textContent: words }));
}

function grow(field) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}

function prepare() {
  for (const field of document.querySelectorAll("[data-grow]")) grow(field);
  for (const input of document.querySelectorAll("input[type=file]")) nameFiles(input);
  clearTimeout(typingTimer);
  const typing = document.querySelector("#gelembung [data-seconds]");
  if (typing) typingTimer = setTimeout(refresh, Number(typing.dataset.seconds) * 1000 + 300);
}

function nameFiles(input) {
  const words = [...input.files].map((file) => file.name).join(", ");
  const place = input.parentElement.querySelector(".chosen");
  if (place.textContent !== words) place.textContent = words;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-soft]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  go(link.href);
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-soft]")) return;
  event.preventDefault();
  const { target, submitter } = event;
  if (target.method === "get") closeWho();
  send(target, submitter);
});

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-grow]")) grow(event.target);
  if (event.target.matches("input[type=file]")) nameFiles(event.target);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeWho();
  const field = event.target;
  if (event.key !== "Enter" || event.isComposing || !field.matches?.("textarea")) return;
  // On a touch keyboard Enter is the only way to begin a new line.
  const enterSends = field.hasAttribute("data-enter") && !event.shiftKey && matchMedia("(pointer: fine)").matches;
  if (!enterSends && !event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  const attached = [...field.form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
  if (!field.value.trim() && !attached) return;
  field.form.requestSubmit(field.form.querySelector("button:not([value], [form])"));
});

addEventListener("popstate", () => {
  places += 1;
  refresh();
});
const source = new EventSource(document.body.dataset.events);
source.addEventListener("changed", refresh);
source.addEventListener("error", () => say(GONE));
// What opens inside a message is wanted: a list's entries, the reactions.
document.addEventListener("toggle", ({ target }) => {
  if (target.open && target.closest(".bubble")) target.scrollIntoView({ block: "nearest" });
}, true);
document.addEventListener("load", (event) => staysAtEnd(event.target), true);
document.addEventListener("scroll", ({ target }) => {
  if (!target.matches?.("[data-stick]")) return;
  if (isAtEnd(target)) atEnd.add(target);
  else atEnd.delete(target);
}, true);
prepare();
toEnd(document.getElementById("chat"));
new ResizeObserver(([{ target }]) => staysAtEnd(target)).observe(document.getElementById("chat"));
