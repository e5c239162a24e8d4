// Choosing several tasks: a count, and with Shift everything in between. Without it the form works as it is.
"use strict";

const picks = () => [...document.querySelectorAll("[data-pick]")];
let last = null;

function count() {
  const said = document.querySelector("[data-picked]");
  if (!said) return;
  const chosen = picks().filter((one) => one.checked).length;
  said.hidden = !chosen;
  said.querySelector("b").textContent = chosen;
  said.closest("form").classList.toggle("many-some", chosen > 0);
}

document.addEventListener("click", (event) => {
  const pick = event.target.closest("[data-pick]");
  if (!pick) return;
  const all = picks();
  if (event.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(pick)].sort((a, b) => a - b);
    for (const one of all.slice(from, to + 1)) one.checked = pick.checked;
  }
  last = pick;
  count();
});
window.addEventListener("pageshow", count);

// The list renews itself; not under somebody's hands, though.
document.addEventListener("htmx:beforeRequest", (event) => {
  const own = event.detail.elt.id === "inbox";
  const busy = picks().some((one) => one.checked) || document.activeElement?.matches("input[type=search], dialog *");
  if (own && busy) event.preventDefault();
});
document.addEventListener("htmx:afterSettle", count);
