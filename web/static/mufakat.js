// What makes the pages quicker for those who have scripts; without it every act still works.
"use strict";

document.documentElement.classList.add("scripted");

const typing = (target) =>
  target.matches("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button])");

// One key each: j k move, o or Enter opens, a r x decide, s ticks, n is the next task, / searches, ? helps.
// Whoever speaks to their machine, or leans on its keys, turns them off (WCAG 2.1.4).
const KEYS_OFF = "keys-off";
const keysOff = () => localStorage.getItem(KEYS_OFF) === "yes";
const rows = () => [...document.querySelectorAll("[data-row]")];
const row = () => rows().find((one) => one === document.activeElement);

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  const to = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step));
  all[to].focus();
}

function decide(which) {
  const control = document.querySelector(`[data-decide="${which}"]`);
  if (control) {
    control.scrollIntoView({ block: "center" });
    control.focus();
    return;
  }
  const chosen = row() || rows()[0];
  if (chosen) window.location.assign(`${chosen.href}#${which}`);
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  o: () => row()?.click(),
  a: () => decide("approve"),
  r: () => decide("return"),
  x: () => decide("reject"),
  t: () => decide("reject"),
  s: () => row()?.closest("li").querySelector("[data-pick]")?.click(),
  n: () => document.querySelector("[data-next]")?.click(),
  i: () => document.querySelector("[data-inbox]")?.click(),
  "/": () => document.querySelector("[type=search]")?.focus(),
  "?": () => document.querySelector("dialog.help")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || keysOff()) return;
  if (document.querySelector("dialog[open]")) return;
  const act = keys[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});

const keysSwitch = document.querySelector("[data-keys]");
if (keysSwitch) {
  keysSwitch.checked = !keysOff();
  document.documentElement.classList.toggle("keys-off", keysOff());
  keysSwitch.addEventListener("change", () => {
    localStorage.setItem(KEYS_OFF, keysSwitch.checked ? "no" : "yes");
    document.documentElement.classList.toggle("keys-off", keysOff());
  });
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.querySelector(opener.dataset.opens)?.showModal();
  const closer = event.target.closest("[data-closes]");
  if (closer) {
    const closed = document.querySelector(closer.dataset.closes);
    closed.hidden = true;
    closed.replaceChildren();
    document.querySelector("#file .loads a")?.focus();
  }
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Arriving with #approve, #return or #reject: the person pressed that key in the inbox.
const wanted = ["#approve", "#return", "#reject"].includes(location.hash) && location.hash.slice(1);
if (wanted) decide(wanted);

// What is typed outlives a lost session: kept in this tab. What the server says stands above it.
for (const field of document.querySelectorAll("textarea[data-draft]")) {
  const key = `draft:${field.dataset.draft}`;
  const kept = sessionStorage.getItem(key);
  if (kept && !field.value) field.value = kept;
  field.addEventListener("input", () => sessionStorage.setItem(key, field.value));
}
for (const form of document.querySelectorAll("form[data-keep]")) {
  const key = `form:${form.dataset.keep}`;
  const fields = () => [...form.elements].filter((one) => one.name && one.matches("select, [type=checkbox]"));
  const kept = JSON.parse(sessionStorage.getItem(key) || "{}");
  const fresh = fields().every((one) => !(one.matches("select") ? one.value : one.checked));
  if (fresh)
    for (const one of fields()) {
      if (one.matches("select")) one.value = kept[one.name] || "";
      else one.checked = (kept[one.name] || []).includes(one.value);
    }
  form.addEventListener("change", () => {
    const said = {};
    for (const one of fields()) {
      if (one.matches("select")) said[one.name] = one.value;
      else if (one.checked) (said[one.name] ||= []).push(one.value);
    }
    sessionStorage.setItem(key, JSON.stringify(said));
  });
}

// A file that is too large is told of before it travels.
document.addEventListener("change", (event) => {
  const field = event.target;
  if (!field.matches("input[type=file][data-largest]")) return;
  const large = [...field.files].some((file) => file.size > Number(field.dataset.largest));
  field.setCustomValidity(large ? field.dataset.tooLarge : "");
  if (large) field.reportValidity();
});

// A form is sent once, however often its button is pressed; the pressed button still tells which it was.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.method === "post") form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A select that filters sends its form by itself.
document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-sends]")) event.target.form.requestSubmit();
});

// The desk of a chain: choosing another kind of candidate draws its fields; a problem leads to its line.
document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-redraws]")) {
    event.target.form.requestSubmit();
  }
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-line]");
  const source = document.getElementById("source");
  if (!link || !source) return;
  event.preventDefault();
  const lines = source.value.split("\n");
  const start = lines.slice(0, link.dataset.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
  source.focus();
  source.setSelectionRange(start, start + (lines[link.dataset.line - 1] || "").length);
  source.scrollTop = (link.dataset.line - 3) * (source.scrollHeight / lines.length);
});

// A document that was opened beside the form takes the focus, so that the keys turn its pages.
document.addEventListener("htmx:afterSwap", () => document.querySelector("#viewer .viewer-pages")?.focus({ preventScroll: true }));
