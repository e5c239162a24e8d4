// The operator's page renews itself, part by part; not under somebody's hands, and not when nobody looks.
"use strict";

(() => {
  const EVERY = 10_000;

  // Somebody types there, opened something, or has chosen text: it stays as it is.
  function busy(panel) {
    const chosen = getSelection();
    return (
      panel.contains(document.activeElement) ||
      [...panel.querySelectorAll("input:not([type=hidden]), textarea")].some((one) => one.value !== one.defaultValue) ||
      (!chosen.isCollapsed && panel.contains(chosen.anchorNode))
    );
  }

  // What was unfolded stays so: it is told by the address that its form sends to, or by its place.
  const nameOf = (details, at) => details.querySelector("form")?.getAttribute("action") || `${at}`;

  function put(panel, fresh) {
    const open = new Map([...panel.querySelectorAll("details")].map((one, at) => [nameOf(one, at), one.open]));
    [...fresh.querySelectorAll("details")].forEach((one, at) => {
      if (open.has(nameOf(one, at))) one.open = open.get(nameOf(one, at));
    });
    panel.replaceChildren(...fresh.childNodes);
  }

  // What differs in each answer though nothing happened: the proofs in forms, and when it was looked.
  const bare = (panel) => {
    const copy = panel.cloneNode(true);
    for (const one of copy.querySelectorAll("[name=csrf], [data-looked]")) one.remove();
    for (const one of copy.querySelectorAll("details")) one.removeAttribute("open");
    return copy.innerHTML;
  };

  const stale = (is) => {
    const said = document.querySelector("[data-stale]");
    if (said) said.hidden = !is;
  };

  async function renew() {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.pathname, { headers: { "HX-Trigger": "operator" }, redirect: "error" });
      if (!answer.ok) throw new Error(`${answer.status}`);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const fresh of page.querySelectorAll("[data-panel]")) {
        const panel = document.querySelector(`[data-panel="${fresh.dataset.panel}"]`);
        if (panel && !busy(panel) && bare(panel) !== bare(fresh)) put(panel, fresh);
      }
      const looked = document.querySelector("[data-looked]");
      const now = page.querySelector("[data-looked]");
      if (looked && now) looked.textContent = now.textContent;
      stale(false);
    } catch {
      stale(true);
    }
  }

  setInterval(renew, EVERY);
  document.addEventListener("visibilitychange", renew);
})();
