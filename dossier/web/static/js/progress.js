// Follows a hand-over while it is read, judged or placed: each page's picture appears as soon as it is there; the page is shown anew when the state changes.
(() => {
  const root = document.querySelector("[data-progress]");
  if (!root) return;
  const shown = () => (root.querySelector("[data-now]") || root).dataset;
  const reading = ["received", "reading"].includes(shown().state);
  const renew = () => { if (window.live) window.live.refresh(); else location.reload(); };
  const over = () => !reading && shown().busy !== "1";
  const text = root.querySelector("[data-progress-text]");
  const hint = root.querySelector("[data-progress-hint]");
  const bar = root.querySelector("[data-progress-bar]");
  const tell = text && window.wordsOf(root);
  let pause = 500;
  let asking = false;

  function picture(page) {
    const item = root.querySelector(`[data-page-id="${page.id}"]`);
    if (!item || item.dataset.pageState === page.state) return;
    item.dataset.pageState = page.state;
    if (page.state !== "read") return;
    const waiting = item.querySelector(".thumb-wait");
    if (!waiting) return;
    const image = document.createElement("img");
    image.alt = "";
    image.width = 112;
    image.height = 158;
    image.src = root.dataset.thumb.replace("/0/", `/${page.id}/`);
    waiting.replaceWith(image);
  }

  // Nobody's typing is disturbed: a page that changes in place keeps what was typed before, a reload does not.
  const typing = () => (window.live
    ? document.activeElement.matches("textarea, input:not([type=checkbox])")
    : [...document.querySelectorAll("textarea")].some((area) => area.value !== area.defaultValue));

  async function ask() {
    asking = !over();
    if (!asking) return;
    try {
      const answer = await fetch(root.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const now = await answer.json();
      pause = 500;
      if ((now.state !== shown().state || (!reading && !now.busy)) && !typing()) { renew(); if (!window.live) return; }
      if (text) text.textContent = now.pages_read < now.pages_total ? tell("read", { done: now.pages_read, all: now.pages_total }) : tell("judging");
      if (bar) bar.value = now.pages_read;
      now.pages.forEach(picture);
    } catch {
      pause = Math.min(pause * 2, 10000);
      if (hint) hint.textContent = tell("offline");
    }
    setTimeout(ask, pause);
  }
  const follow = () => { if (!asking && !over()) { asking = true; setTimeout(ask, pause); } };
  root.addEventListener("live-changed", follow);
  follow();
})();
