// News while a page is open and looked at: the list renews itself, and a task that changed elsewhere says so.
"use strict";

(() => {
  let source = null;
  let last = "";
  let waiting = null;

  function heard(event) {
    last = event.lastEventId || last;
    const news = JSON.parse(event.data);
    // what is older than the page is in it already
    const newer = (slack) => !news.at || Date.parse(news.at) + slack > Date.parse(document.body.dataset.at);
    if (!newer(5000)) return;
    if ("waiting" in news)
      for (const badge of document.querySelectorAll("[data-badge]")) {
        badge.textContent = news.waiting > 99 ? "99+" : news.waiting;
        badge.hidden = !news.waiting;
      }
    const shown = document.querySelector("[data-task]");
    if (shown && newer(0) && (news.tasks || []).includes(shown.dataset.task)) shown.hidden = false;
    // many pages hear the same: they do not all ask at the same instant
    clearTimeout(waiting);
    waiting = setTimeout(() => document.body.dispatchEvent(new Event("mufakat:changed")), 200 + Math.random() * 1500);
  }

  function listen() {
    if (source || document.hidden) return;
    source = new EventSource(`/events${last ? `?last=${encodeURIComponent(last)}` : ""}`);
    source.addEventListener("inbox", heard);
    source.addEventListener("end", quiet);
  }

  // A page in the background gives its connection back: browsers have few for one host.
  function quiet() {
    source?.close();
    source = null;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? quiet() : listen()));
  window.addEventListener("pagehide", quiet);
  window.addEventListener("pageshow", listen);
})();
