// The page viewer: one page's picture, or two side by side, with zoom; on it the searched words, the empty zones of findings, and the text to select.
(() => {
  const root = document.querySelector("[data-viewer]");
  if (!root || !window.OpenSeadragon) return;
  const leaves = root.querySelector("[data-leaves]");
  const note = root.querySelector("[data-viewer-note]");
  const name = root.querySelector("[data-viewer-name]");
  const tool = (which) => root.querySelector(`[data-tool=${which}]`);
  const SVG = "http://www.w3.org/2000/svg";

  // The library would add a style element, which the page's policy forbids; it does not when it finds one (this one styles nothing).
  const standIn = document.createElementNS("urn:none", "style");
  standIn.setAttribute("data-openseadragon-mobile-css", "true");
  document.head.append(standIn);

  const tell = window.wordsOf(root);
  const say = (text) => { note.textContent = text; note.hidden = !text; };
  const called = (page) => [tell("page", page), page.document].filter(Boolean).join(" · ");

  // One picture with what lies on it: element is its place in the page, page what it shows.
  function leaf(element) {
    const seen = window.OpenSeadragon({
      element: element.querySelector("[data-viewer-stage]"),
      drawer: "canvas",
      showNavigationControl: false,
      animationTime: 0.25,
      maxZoomPixelRatio: 3,
      visibilityRatio: 0.6,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      gestureSettingsTouch: { pinchRotate: false },
    });
    seen.addHandler("open-failed", () => say(tell("failed")));
    const made = { element, seen, current: null, page: null };
    for (const moved of ["zoom", "pan"]) seen.addHandler(moved, (event) => follow(made, event.immediately));
    return made;
  }

  let active = leaf(leaves.firstElementChild);
  const first = active;
  let second = null;

  // Side by side, the same place of both pages is looked at: the other picture follows the one in hand.
  function follow(one, immediately) {
    if (!second || one !== active || tool("link").getAttribute("aria-pressed") !== "true") return;
    const other = one === first ? second : first;
    if (!other.seen.world.getItemCount()) return;
    other.seen.viewport.zoomTo(one.seen.viewport.getZoom(), null, immediately);
    other.seen.viewport.panTo(one.seen.viewport.getCenter(), immediately);
  }

  function lay(one, element, corners) {
    const [x0, y0, x1, y1] = corners;
    one.seen.addOverlay({ element, location: one.seen.world.getItemAt(0).imageToViewportRectangle(x0, y0, x1 - x0, y1 - y0) });
  }

  function box(one, kind, corners, title) {
    const mark = document.createElement("div");
    mark.className = `box ${kind}`;
    mark.title = title;
    lay(one, mark, corners);
  }

  // The words as they were read, unseen, each line stretched over its place in the picture.
  function letter(one, page) {
    const layer = document.createElement("div");
    layer.className = "text-layer";
    const sheet = document.createElementNS(SVG, "svg");
    sheet.setAttribute("viewBox", `0 0 ${page.width} ${page.height}`);
    for (const line of page.lines) {
      const [x0, y0, x1, y1] = line.box;
      const text = document.createElementNS(SVG, "text");
      const places = { x: x0, y: y1 - (y1 - y0) * 0.18, "font-size": (y1 - y0) * 0.85, textLength: x1 - x0, lengthAdjust: "spacingAndGlyphs" };
      for (const [key, value] of Object.entries(places)) text.setAttribute(key, value);
      text.textContent = line.text;
      sheet.append(text);
    }
    layer.append(sheet);
    lay(one, layer, [0, 0, page.width, page.height]);
  }

  // The zones that a finding quotes; one whose label is only a part of a quoted word (a sender's signature in a receiver's) is another field.
  function named(words, zones) {
    const plain = (text) => text.replaceAll("\u6216\u8005", "\u6216").replace(/[\uff08\uff09()\uff0c\u3001\s]/g, "");
    const quoted = [...words.matchAll(/“([^”]+)”/g)].map((found) => plain(found[1]));
    const exact = zones.filter((zone) => quoted.includes(plain(zone.label)));
    return exact.length ? exact : zones.filter((zone) => words.includes(zone.label));
  }

  // complaint: the words of a finding; without one, those of all findings of the page. The empty zones that they name are their place.
  function draw(one, page, complaint) {
    one.seen.clearOverlays();
    if (page.as_scanned) return;
    for (const corners of page.boxes) box(one, "word", corners, tell("hit"));
    const empty = page.marks ? page.marks.zones.filter((zone) => zone.filled !== true) : [];
    const told = complaint ? [complaint] : page.findings.map((finding) => finding.message);
    for (const zone of new Set(told.flatMap((words) => named(words, empty)))) box(one, "zone", zone.box, tell("empty", zone));
    if (page.width) letter(one, page);
  }

  function fitWidth(one) {
    one.seen.viewport.fitHorizontally(true);
    const bounds = one.seen.viewport.getBounds(true);
    const home = one.seen.world.getHomeBounds();
    one.seen.viewport.panTo(new window.OpenSeadragon.Point(home.x + home.width / 2, home.y + bounds.height / 2), true);
  }

  function look(one, corners) {
    const item = one.seen.world.getItemAt(0);
    fitWidth(one);
    const middle = item.imageToViewportCoordinates((corners[0] + corners[2]) / 2, (corners[1] + corners[3]) / 2);
    const home = one.seen.world.getHomeBounds();
    const high = Math.max(middle.y, home.y + one.seen.viewport.getBounds(true).height / 2);
    one.seen.viewport.panTo(new window.OpenSeadragon.Point(home.x + home.width / 2, high), true);
    one.seen.viewport.applyConstraints(true);
  }

  const beside = (by) => {
    const order = active.page ? active.page.beside : [];
    return order[order.indexOf(active.current) + by];
  };

  // What the bar and the lists say, after the page in hand.
  function describe() {
    const page = active.page;
    if (!page) return;
    name.textContent = called(page);
    name.title = called(page);
    tool("previous").disabled = !page.beside.includes(page.id) || beside(-1) === undefined;
    tool("next").disabled = !page.beside.includes(page.id) || beside(1) === undefined;
    for (const link of document.querySelectorAll("[data-show-page]")) {
      const mine = (link.dataset.pages || link.dataset.showPage).split(" ").includes(String(page.id));
      link.classList.toggle("current", mine && !link.dataset.marks);
    }
    for (const one of [first, second]) {
      if (!one) continue;
      one.element.classList.toggle("active", Boolean(second) && one === active);
      const caption = one.element.querySelector("[data-leaf-name]");
      caption.hidden = !second;
      caption.textContent = one.page ? called(one.page) : "";
    }
  }

  async function show(id, words = "", complaint = "") {
    const one = active;
    one.current = Number(id);
    delete root.dataset.shown;
    say("");
    let page;
    try {
      const query = words ? `?q=${encodeURIComponent(words)}` : "";
      const answer = await fetch(`/api/pages/${one.current}${query}`, { headers: { Accept: "application/json" } });
      page = await answer.json();
      if (!answer.ok) { say(window.messageOf(page.error)); return; }
    } catch {
      say(tell("offline"));
      return;
    }
    if (page.id !== one.current) return;
    one.page = page;
    one.complaint = complaint;
    describe();
    root.dispatchEvent(new CustomEvent("page-shown", { bubbles: true, detail: page.id }));
    one.seen.addOnceHandler("open", () => {
      if (page.id !== one.current) return;
      // The name and the tools of the page have taken their place meanwhile: the whole page is fitted into what is left.
      home(one);
      one.seen.viewport.setRotation(page.turn || 0, true);
      draw(one, page, complaint);
      root.dataset.shown = page.id;
      if (page.boxes.length) look(one, page.boxes[0]);
    });
    one.seen.open({ type: "image", url: `/pages/${one.current}.jpg` });
  }

  // After an act the same picture may lie in another document, turned, or with other findings; it is not loaded again.
  async function renew(one) {
    const asked = one.current;
    const answer = await fetch(`/api/pages/${asked}`, { headers: { Accept: "application/json" } });
    if (!answer.ok || one.current !== asked) return;
    const page = await answer.json();
    if (one.current !== asked || !one.page || one.page.id !== asked) return;
    const turned = (page.turn || 0) !== (one.page.turn || 0);
    one.page = { ...page, boxes: one.page.boxes };
    describe();
    if (!one.seen.world.getItemCount()) return;
    if (turned) one.seen.viewport.setRotation(page.turn || 0, true);
    draw(one, one.page, one.complaint);
  }

  function take(one) {
    if (one === active) return;
    active = one;
    describe();
    if (one.page) root.dispatchEvent(new CustomEvent("page-shown", { bubbles: true, detail: one.page.id }));
  }

  // A second picture beside the first; what is chosen next is shown in the one that was touched last.
  function compare() {
    const next = beside(1) === undefined ? beside(-1) : beside(1);
    if (second) {
      second.seen.destroy();
      second.element.remove();
      second = null;
      active = first;
      home(first);
      describe();
    } else {
      const element = document.createElement("div");
      element.className = "viewer-leaf";
      element.innerHTML = '<p class="leaf-name" data-leaf-name></p><div class="viewer-stage" data-viewer-stage tabindex="0"></div>';
      leaves.append(element);
      second = leaf(element);
      second.seen.setMouseNavEnabled(!root.classList.contains("selecting"));
      active = second;
      home(first);
      show(next === undefined ? first.current : next);
    }
    tool("compare").setAttribute("aria-pressed", String(Boolean(second)));
    tool("link").hidden = !second;
  }

  function link() {
    const on = tool("link").getAttribute("aria-pressed") !== "true";
    tool("link").setAttribute("aria-pressed", String(on));
    follow(active, false);
  }

  // After the room that a picture has became another.
  // Its size is measured now: forceResize() is done in the next frame only, and keeps the middle of what was fitted before.
  function home(one) {
    const { clientWidth, clientHeight } = one.seen.container;
    one.seen.forceResize();
    one.seen.viewport.resize(new window.OpenSeadragon.Point(clientWidth, clientHeight), false);
    one.seen.viewport.goHome(true);
  }

  function select() {
    const on = root.classList.toggle("selecting");
    for (const one of [first, second]) if (one) one.seen.setMouseNavEnabled(!on);
    tool("select").setAttribute("aria-pressed", String(on));
  }

  const step = (by) => { if (beside(by) !== undefined) show(beside(by), root.dataset.words); };
  const turn = () => active.seen.viewport.setRotation((active.seen.viewport.getRotation() + 90) % 360);
  const zoom = (factor) => { active.seen.viewport.zoomBy(factor); active.seen.viewport.applyConstraints(); };
  const tools = {
    previous: () => step(-1), next: () => step(1), in: () => zoom(1.4), out: () => zoom(1 / 1.4),
    width: () => fitWidth(active), whole: () => active.seen.viewport.goHome(), turn, compare, link, select,
  };
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tool]");
    if (button && active.current) tools[button.dataset.tool]();
  });
  for (const kind of ["pointerdown", "focusin"]) {
    leaves.addEventListener(kind, (event) => {
      const touched = [first, second].find((one) => one && one.element.contains(event.target));
      if (touched) take(touched);
    }, true);
  }
  document.addEventListener("live-changed", ({ detail }) => {
    describe();
    if (detail.done) for (const one of [first, second]) if (one && one.page) renew(one).catch(() => say(tell("offline")));
  });
  // Lines of the picture are copied as lines.
  document.addEventListener("copy", (event) => {
    const chosen = window.getSelection();
    const lines = [...root.querySelectorAll(".text-layer text")].filter((line) => chosen.containsNode(line, true));
    if (lines.length < 2) return;
    const range = chosen.getRangeAt(0);
    const cut = (line) => line.textContent.slice(
      line.contains(range.startContainer) ? range.startOffset : 0,
      line.contains(range.endContainer) ? range.endOffset : undefined,
    );
    event.clipboardData.setData("text/plain", lines.map(cut).join("\n"));
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "PageDown") { step(1); event.preventDefault(); }
    if (event.key === "PageUp") { step(-1); event.preventDefault(); }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-show-page]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    show(link.dataset.showPage, link.dataset.words || "", link.dataset.marks || "");
    if (window.innerWidth <= 1180) root.scrollIntoView({ block: "start" });
  });
  if (root.dataset.page) show(root.dataset.page, root.dataset.words, root.dataset.marks || "");
})();
