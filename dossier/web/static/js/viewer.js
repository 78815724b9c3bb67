// The page viewer: shows one page's picture with zoom, and on it where the searched words and the empty zones of a finding are.
(() => {
  const root = document.querySelector("[data-viewer]");
  if (!root || !window.OpenSeadragon) return;
  const stage = root.querySelector("[data-viewer-stage]");
  const note = root.querySelector("[data-viewer-note]");
  const name = root.querySelector("[data-viewer-name]");
  const tool = (which) => root.querySelector(`[data-tool=${which}]`);
  let current = null;
  let order = [];

  // The library would add a style element, which the page's policy forbids; it does not when it finds one (this one styles nothing).
  const standIn = document.createElementNS("urn:none", "style");
  standIn.setAttribute("data-openseadragon-mobile-css", "true");
  document.head.append(standIn);

  const seen = window.OpenSeadragon({
    element: stage,
    drawer: "canvas",
    showNavigationControl: false,
    animationTime: 0.25,
    maxZoomPixelRatio: 3,
    visibilityRatio: 0.6,
    gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
    gestureSettingsTouch: { pinchRotate: false },
  });
  seen.addHandler("open-failed", () => say("图像暂时无法显示。"));

  const say = (text) => { note.textContent = text; note.hidden = !text; };

  function box(kind, corners, title) {
    const mark = document.createElement("div");
    mark.className = `box ${kind}`;
    mark.title = title;
    const [x0, y0, x1, y1] = corners;
    seen.addOverlay({ element: mark, location: seen.world.getItemAt(0).imageToViewportRectangle(x0, y0, x1 - x0, y1 - y0) });
  }

  // complaint: the words of a finding; the empty zones that it names are its place on the page.
  function draw(page, complaint) {
    seen.clearOverlays();
    if (page.as_scanned) return;
    for (const corners of page.boxes) box("word", corners, "命中");
    for (const zone of (complaint && page.marks ? page.marks.zones : [])) {
      if (zone.filled !== true && complaint.includes(zone.label)) box("zone", zone.box, `${zone.label}：空白`);
    }
  }

  const fitWidth = () => {
    seen.viewport.fitHorizontally(true);
    const bounds = seen.viewport.getBounds(true);
    const home = seen.world.getHomeBounds();
    seen.viewport.panTo(new window.OpenSeadragon.Point(home.x + home.width / 2, home.y + bounds.height / 2), true);
  };

  function describe(page) {
    name.textContent = [page.document, `${page.file} 第 ${page.page} 页`].filter(Boolean).join(" · ");
    order = page.beside;
    const at = order.indexOf(page.id);
    tool("previous").disabled = at <= 0;
    tool("next").disabled = at < 0 || at >= order.length - 1;
    for (const link of document.querySelectorAll("[data-show-page]")) {
      const mine = (link.dataset.pages || link.dataset.showPage).split(" ").includes(String(page.id));
      link.classList.toggle("current", mine && !link.dataset.marks);
    }
  }

  async function show(id, words = "", complaint = "") {
    current = Number(id);
    delete root.dataset.shown;
    say("");
    let page;
    try {
      const query = words ? `?q=${encodeURIComponent(words)}` : "";
      const answer = await fetch(`/api/pages/${current}${query}`, { headers: { Accept: "application/json" } });
      page = await answer.json();
      if (!answer.ok) { say(page.error.message); return; }
    } catch {
      say("网络中断，图像暂时无法显示。");
      return;
    }
    if (page.id !== current) return;
    describe(page);
    root.dispatchEvent(new CustomEvent("page-shown", { bubbles: true, detail: page.id }));
    seen.addOnceHandler("open", () => {
      if (page.id !== current) return;
      seen.viewport.setRotation(page.turn || 0, true);
      draw(page, complaint);
      root.dataset.shown = page.id;
      if (page.boxes.length) {
        const first = page.boxes[0];
        const item = seen.world.getItemAt(0);
        fitWidth();
        const middle = item.imageToViewportCoordinates((first[0] + first[2]) / 2, (first[1] + first[3]) / 2);
        const home = seen.world.getHomeBounds();
        seen.viewport.panTo(new window.OpenSeadragon.Point(home.x + home.width / 2, Math.max(middle.y, home.y + seen.viewport.getBounds(true).height / 2)), true);
        seen.viewport.applyConstraints(true);
      }
    });
    seen.open({ type: "image", url: `/pages/${current}.jpg` });
  }

  const step = (by) => {
    const at = order.indexOf(current) + by;
    if (at >= 0 && at < order.length) show(order[at], root.dataset.words);
  };
  const turn = () => seen.viewport.setRotation((seen.viewport.getRotation() + 90) % 360);
  const zoom = (factor) => { seen.viewport.zoomBy(factor); seen.viewport.applyConstraints(); };
  const tools = {
    previous: () => step(-1), next: () => step(1), in: () => zoom(1.4), out: () => zoom(1 / 1.4),
    width: fitWidth, whole: () => seen.viewport.goHome(), turn,
  };
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tool]");
    if (button && current) tools[button.dataset.tool]();
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
