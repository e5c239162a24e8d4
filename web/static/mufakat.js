// What makes the pages quicker for those who have scripts; without it every act still works.
"use strict";

document.documentElement.classList.add("scripted");

const typing = (target) => target.matches("input, textarea, select, [contenteditable]");

// One key each: j k move, Enter opens, a r t decide, n is the next task, ? helps.
const rows = () => [...document.querySelectorAll("[data-row]")];

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
  const row = rows().includes(document.activeElement) ? document.activeElement : rows()[0];
  if (row) window.location.assign(`${row.href}#${which}`);
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  a: () => decide("approve"),
  r: () => decide("return"),
  t: () => decide("reject"),
  n: () => document.querySelector("[data-next]")?.click(),
  i: () => document.querySelector("[data-inbox]")?.click(),
  "/": () => document.querySelector("[type=search]")?.focus(),
  "?": () => document.querySelector("dialog.help")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const act = keys[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});

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

// What is typed outlives a lost session: kept in this tab until its form has been sent.
for (const field of document.querySelectorAll("textarea[data-draft]")) {
  const key = `draft:${field.dataset.draft}`;
  const kept = sessionStorage.getItem(key);
  if (kept && !field.value) field.value = kept;
  field.addEventListener("input", () => sessionStorage.setItem(key, field.value));
}
for (const done of document.querySelectorAll("[data-draft-done]"))
  sessionStorage.removeItem(`draft:${done.dataset.draftDone}`);

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
