// Follows a hand-over while it is read, judged or placed: each page's picture appears as soon as it is there; the page reloads when the state changes.
(() => {
  const root = document.querySelector("[data-progress]");
  if (!root) return;
  const reading = ["received", "reading"].includes(root.dataset.state);
  if (!reading && root.dataset.busy !== "1") return;
  const text = root.querySelector("[data-progress-text]");
  const hint = root.querySelector("[data-progress-hint]");
  const bar = root.querySelector("[data-progress-bar]");
  const tell = text && window.wordsOf(root);
  let pause = 500;

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

  // Never lose what somebody is typing to a reload.
  const typing = () => [...document.querySelectorAll("textarea")].some((area) => area.value !== area.defaultValue);

  async function ask() {
    try {
      const answer = await fetch(root.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const now = await answer.json();
      pause = 500;
      if ((now.state !== root.dataset.state || (!reading && !now.busy)) && !typing()) { location.reload(); return; }
      if (text) text.textContent = now.pages_read < now.pages_total ? tell("read", { done: now.pages_read, all: now.pages_total }) : tell("judging");
      if (bar) bar.value = now.pages_read;
      now.pages.forEach(picture);
    } catch {
      pause = Math.min(pause * 2, 10000);
      if (hint) hint.textContent = tell("offline");
    }
    setTimeout(ask, pause);
  }
  setTimeout(ask, pause);
})();
