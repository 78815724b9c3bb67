// A page whose forms are answered in place: one act at a time, what came of it is told, and what is typed, opened and looked at stays.
(() => {
  const root = document.querySelector("[data-live]");
  if (!root || !window.htmx) return;
  const told = document.getElementById("told");
  const working = root.querySelector("[data-working]");
  const tell = window.wordsOf(working);
  const FIELDS = "input:not([type=hidden]), textarea, select";
  const PANES = "#documents, #judgement";
  const OURS = 'id="told"';
  const [SOON, LATEST] = [500, 10000];
  const server = new WeakMap();
  let sent = null;
  let missed = false;
  let kept = null;
  let pause = SOON;

  function say(key, facts, kind = "near") {
    const line = document.createElement("p");
    line.className = `notice ${kind}`;
    line.textContent = tell(key, facts);
    told.append(line);
  }

  // Documents change their numbers: where a field stands is told by the first page of its document.
  function home(element) {
    const first = element.closest("[data-document]")?.querySelector("[data-show-page]");
    return first ? first.dataset.showPage : "";
  }
  const place = (page) => (page ? root.querySelector(`[data-document] [data-show-page="${page}"]`)?.closest("[data-document]") : root);
  const action = (element) => (element.form ? element.form.action : "");
  const kind = (details) => `${details.className} ${Object.keys(details.dataset)}`;
  const note = () => { for (const one of root.querySelectorAll("details")) server.set(one, one.open); };

  function changed(field) {
    if (field.type === "checkbox") return field.checked !== field.defaultChecked;
    if (field.tagName === "SELECT") return field.selectedIndex > 0;
    return field.type === "file" ? field.files.length > 0 : field.value !== field.defaultValue;
  }

  function fingers() {
    const held = document.activeElement;
    if (!root.contains(held)) return null;
    const typed = held.matches("textarea, input[type=text], input:not([type])");
    return { element: held, home: home(held), name: held.name, action: action(held), at: typed ? [held.selectionStart, held.selectionEnd] : null };
  }

  function keep() {
    return {
      fields: [...root.querySelectorAll(FIELDS)].filter(changed)
        .map((one) => ({ one, home: home(one), action: action(one), checked: one.checked, done: Boolean(sent) && one.form === sent })),
      unfolded: [...root.querySelectorAll("details")].filter((one) => one.open !== server.get(one))
        .map((one) => ({ home: home(one), kind: kind(one), open: one.open, done: Boolean(sent) && one.contains(sent) })),
      scrolled: [...root.querySelectorAll(PANES)].map((pane) => [pane, pane.scrollTop]),
      pictures: new Map([...root.querySelectorAll(".thumb img")].map((image) => [image.getAttribute("src"), image])),
      fingers: fingers(),
    };
  }

  // The field of the new page that is the old one: of several with one name, the one that was told the same; else the last empty one.
  function heir({ one, home: page, action: to }) {
    const same = [...(place(page) || root).querySelectorAll(FIELDS)].filter((other) => other.name === one.name && action(other) === to && !changed(other));
    return same.find((other) => other.defaultValue === one.defaultValue) || same.reverse().find((other) => !other.defaultValue);
  }

  function put(was) {
    const field = heir(was);
    if (!field || field.disabled) return;
    if (field.type === "file") field.replaceWith(was.one);
    else if (field.type === "checkbox") field.checked = was.checked;
    else if (field.tagName === "SELECT") {
      // Numbers change their meaning: what was chosen is found again by its page.
      const [chosen] = was.one.selectedOptions;
      const same = [...field.options].find((option) => (chosen.value ? option.dataset.page === chosen.dataset.page : !option.value));
      if (same) field.value = same.value;
    }
    else { field.value = was.one.value; field.dispatchEvent(new Event("input", { bubbles: true })); }
  }

  // Of a form that was carried out nothing stays; of one that somebody else forestalled, all that was typed.
  function restore(was, forestalled) {
    note();
    const stays = (one) => forestalled || !one.done;
    // A picture that is there already is not asked for again.
    for (const image of root.querySelectorAll(".thumb img")) {
      const old = was.pictures.get(image.getAttribute("src"));
      if (old && !old.isConnected) image.replaceWith(old);
    }
    was.fields.filter((field) => !field.one.isConnected && stays(field)).forEach(put);
    for (const old of was.unfolded.filter(stays)) {
      const details = [...(place(old.home) || root).querySelectorAll("details")].find((one) => kind(one) === old.kind && home(one) === old.home);
      if (details) details.open = old.open;
    }
    for (const [pane, top] of was.scrolled) pane.scrollTop = top;
  }

  // Whoever was in a field goes on there; whoever sent one is at the document that it was of.
  function refocus(was, form) {
    if (!was || was.element.isConnected) return;
    const fields = [...(place(was.home) || root).querySelectorAll(FIELDS)];
    const same = form && form.contains(was.element) ? null : fields.find((one) => one.name === was.name && action(one) === was.action);
    const next = same || root.querySelector(".document.at") || root.querySelector("h1");
    next.focus({ preventScroll: true });
    if (same && was.at) same.setSelectionRange(...was.at);
  }

  function end(done, again = false) {
    sent = null;
    kept = null;
    delete root.dataset.underWay;
    working.hidden = true;
    for (const pane of root.querySelectorAll(PANES)) pane.removeAttribute("aria-busy");
    if (missed) say("missed");
    missed = false;
    root.dispatchEvent(new CustomEvent("live-changed", { bubbles: true, detail: { done, again } }));
  }

  // What comes of it is told by its events; the promise says it a second time, to nobody.
  const refresh = () => { if (!root.dataset.underWay) window.htmx.ajax("GET", location.pathname + location.search, { source: root })?.catch(() => {}); };
  // Whoever signed in again in another window goes on here; another person has to load the page anew.
  function renewToken() {
    const fresh = told.querySelector("[data-token]");
    if (!fresh || fresh.dataset.person !== root.dataset.person) return;
    for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = fresh.dataset.token;
    told.replaceChildren();
    say("retry");
  }

  // Nobody knows whether the act arrived: the page is asked for until it comes, and shows how things are.
  function recover() {
    if (pause === SOON) { told.replaceChildren(); say("lost", {}, "bad"); }
    setTimeout(() => { delete root.dataset.underWay; refresh(); }, pause);
    pause = Math.min(pause * 2, LATEST);
  }

  document.addEventListener("submit", (event) => {
    if (!root.contains(event.target) || !root.dataset.underWay) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.target !== sent) missed = true;
  }, true);
  root.addEventListener("htmx:beforeRequest", (event) => {
    const asked = event.detail.elt;
    sent = asked.tagName === "FORM" ? asked : null;
    root.dataset.underWay = "1";
    working.hidden = false;
    for (const pane of root.querySelectorAll(PANES)) pane.setAttribute("aria-busy", "true");
  });
  root.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const ours = detail.xhr.responseText.includes(OURS);
    if (!ours) detail.shouldSwap = false;
    if (!ours && !detail.isError) location.reload();
    if (!ours || detail.isError) return;
    // Somebody else signed in here meanwhile: what they do must not go by the first one's name.
    const fresh = new DOMParser().parseFromString(detail.xhr.responseText, "text/html").querySelector("[data-live]");
    if (fresh.dataset.person !== root.dataset.person) { detail.shouldSwap = false; location.reload(); return; }
    kept = keep();
    if (detail.requestConfig.verb === "get") detail.swapOverride = "none";
  });
  root.addEventListener("htmx:afterRequest", ({ detail }) => {
    const [was, form] = [kept, sent];
    if (was) {
      const forestalled = Boolean(told.querySelector(".notice.bad"));
      restore(was, forestalled);
      const again = pause > SOON;
      pause = SOON;
      if (again || detail.requestConfig.verb === "get") {
        // An error stays until the next act.
        if (again || !told.querySelector("[role=alert]")) told.replaceChildren();
        say(again ? "back" : "renewed");
      }
      // What somebody else had changed meanwhile is shown, and the act was not done: neither is what was pressed after it.
      end(true, again || forestalled);
      refocus(was.fingers, forestalled ? null : form);
    } else if (!detail.successful && detail.xhr.responseText.includes(OURS)) { renewToken(); end(false); }
    else if (!detail.successful) recover();
  });
  window.live = { refresh, say };
  note();
})();
