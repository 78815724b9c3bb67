// The receiving desk by keyboard: the document and page in hand are marked, letters do what the buttons of the page do.
(() => {
  const root = document.querySelector("[data-desk]");
  if (!root) return;
  const papers = () => [...root.querySelectorAll("[data-document]")];
  const viewer = root.querySelector("[data-viewer]");
  const tools = () => root.querySelector("[data-page-tools]");
  const keys = document.querySelector("[data-keys]");
  const links = (paper) => [...paper.querySelectorAll("[data-show-page]")];
  const place = `at ${location.pathname}`;
  // What is pressed while an act is on its way: it is done after it, in the same order, to the page as it is then.
  let waiting = [];
  let paper = null;
  let page = null;
  // The page in hand lay behind a better scan already when it was taken.
  let behind = false;

  function mark(now) {
    if (!now) return;
    paper = now;
    for (const one of papers()) one.classList.toggle("at", one === paper);
    for (const group of root.querySelectorAll("[data-findings]")) {
      const mine = group.dataset.findings === paper.dataset.document;
      group.classList.toggle("at", mine);
      if (mine) group.scrollIntoView({ block: "nearest" });
    }
    paper.scrollIntoView({ block: "nearest" });
  }

  const better = () => root.querySelector(`[data-show-page="${page}"][data-behind]`)?.dataset.behind;

  function hold(id) {
    page = String(id);
    behind = Boolean(better());
    const home = papers().find((one) => links(one).some((link) => link.dataset.showPage === page));
    if (home) mark(home);
    sessionStorage.setItem(place, page);
    const bar = tools();
    if (!bar) return;
    bar.hidden = false;
    for (const input of bar.querySelectorAll("input[name=page]")) input.value = page;
    for (const input of bar.querySelectorAll("input[name=anchor]")) input.value = home ? `document-${home.dataset.document}` : "";
  }

  const look = (link) => { if (link) { hold(link.dataset.showPage); link.click(); } };
  const goPaper = (by) => {
    const all = papers();
    const next = all[Math.min(all.length - 1, Math.max(0, all.indexOf(paper) + by))];
    if (next) { mark(next); look(links(next)[0]); }
  };
  const goPage = (by) => {
    const all = papers().flatMap(links);
    look(all[Math.min(all.length - 1, Math.max(0, all.findIndex((link) => link.dataset.showPage === page) + by))]);
  };

  // The form of an act: of the document in hand, or of the page tools.
  const form = (act) => (paper && paper.querySelector(`form[data-act=${act}]`)) || tools()?.querySelector(`form[data-act=${act}]`);
  const send = (act) => { const found = form(act); if (found) found.requestSubmit(); };
  function open(act) {
    const found = form(act);
    if (!found) return;
    const details = found.closest("details");
    if (details) details.open = true;
    found.querySelector("input:not([type=hidden]), select").focus();
  }
  function unfold(selector) {
    const details = root.querySelector(selector);
    if (!details) return;
    details.open = true;
    details.querySelector("textarea").focus();
  }
  function splitHere() {
    const found = form("split");
    const choice = found && found.querySelector(`option[data-page="${page}"]`);
    if (choice) { found.elements.at.value = choice.value; found.requestSubmit(); } else if (found) open("split");
  }
  function shift(by) {
    const order = paper ? links(paper).map((link) => link.dataset.showPage) : [];
    const at = order.indexOf(page);
    if (at < 0 || at + by < 0 || at + by >= order.length) return;
    [order[at], order[at + by]] = [order[at + by], order[at]];
    const found = form("order");
    found.elements.document.value = paper.dataset.document;
    found.elements.pages.value = order.join(" ");
    found.requestSubmit();
  }
  function sign() {
    const all = document.querySelector("button[form=sign-all]");
    if (all) all.click(); else unfold("[data-some]");
  }
  function undo() {
    const button = document.querySelector("#undo button");
    if (button) button.click(); else unfold("[data-take-back]");
  }
  const toggle = () => { const box = paper && paper.querySelector("input[type=checkbox]:not(:disabled)"); if (box) box.click(); };
  const help = () => { if (keys.open) keys.close(); else keys.showModal(); };

  const deeds = {
    j: () => goPaper(1), ArrowDown: () => goPaper(1), k: () => goPaper(-1), ArrowUp: () => goPaper(-1),
    ArrowRight: () => goPage(1), ArrowLeft: () => goPage(-1),
    s: sign, r: () => unfold("[data-refuse]"), t: () => open("retype"), m: () => send("merge"), x: splitHere, n: () => open("set_aside"),
    "[": () => shift(-1), "]": () => shift(1), p: () => open("move"), o: () => send("turn"), z: undo, " ": toggle, "?": help,
    g: () => { const { next } = root.querySelector("[data-now]").dataset; if (next) location.assign(next); },
  };
  const deedOf = (key) => deeds[key.length === 1 ? key.toLowerCase() : key];

  // Letters that follow a key that opened a field are for the field.
  function replay() {
    while (waiting.length && !root.dataset.underWay) {
      const key = waiting.shift();
      const field = document.activeElement.closest("input:not([type=checkbox]), textarea, select");
      if (!field) { const deed = deedOf(key); if (deed) deed(); } else if (field.tagName !== "SELECT" && key.length === 1) field.setRangeText(key, field.selectionStart, field.selectionEnd, "end");
    }
  }

  document.addEventListener("keydown", (event) => {
    // The keys of an input method choose characters.
    if (event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const field = event.target.closest("input:not([type=checkbox]), textarea, select");
    if (field) { if (event.key === "Escape") field.blur(); return; }
    if (event.target.closest("button, a, summary, input") && event.key === " ") return;
    if (keys.open && event.key !== "?") return;
    const deed = deedOf(event.key);
    const late = root.dataset.underWay && event.key !== "?";
    if (!deed && !(late && event.key.length === 1)) return;
    event.preventDefault();
    if (late) waiting.push(event.key); else deed();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-shift], [data-show-keys]");
    if (!button) return;
    if (button.dataset.shift) shift(Number(button.dataset.shift)); else help();
  });
  root.addEventListener("page-shown", (event) => hold(event.detail));
  root.addEventListener("live-changed", ({ detail }) => {
    // A page that was scanned again goes behind the new one, and whoever works on it goes on with that.
    const instead = !behind && better();
    if (instead) look(root.querySelector(`[data-show-page="${instead}"]`)); else if (page) hold(page);
    // The page in hand may have left with its document.
    if (!paper || !paper.isConnected) mark(papers()[0]);
    if ((!detail.done || detail.again) && waiting.length) { waiting = []; window.live.say("dropped"); }
    // Once the answer is dealt with; until then no other form is sent.
    queueMicrotask(replay);
  });
  const first = sessionStorage.getItem(place);
  const known = papers().flatMap(links).find((link) => link.dataset.showPage === first);
  if (known && viewer) look(known); else mark(papers()[0]);
})();
