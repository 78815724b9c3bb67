// The search box: while a word is typed, case numbers, parties and document types that go on from it are offered.
(() => {
  const input = document.querySelector("[data-suggest]");
  if (!input) return;
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.label);
  list.hidden = true;
  input.after(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" })) {
    input.setAttribute(name, value);
  }
  let offered = [];
  let chosen = -1;
  let waiting = 0;
  let asked = null;

  function show(suggestions) {
    offered = suggestions;
    chosen = -1;
    list.replaceChildren(...suggestions.map((one, index) => {
      const row = document.createElement("li");
      row.id = `suggestion-${index}`;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", "false");
      const kind = document.createElement("span");
      kind.className = "kind";
      kind.textContent = one.kind;
      const text = document.createElement("span");
      text.textContent = one.text;
      row.append(kind, text);
      row.addEventListener("pointerdown", (event) => { event.preventDefault(); take(index); });
      return row;
    }));
    list.hidden = !suggestions.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    chosen = index;
    [...list.children].forEach((row, place) => row.setAttribute("aria-selected", String(place === index)));
    if (index >= 0) input.setAttribute("aria-activedescendant", `suggestion-${index}`);
  }

  function take(index) {
    input.value = offered[index].query;
    show([]);
    input.form.requestSubmit();
  }

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(input.value)}`, { signal: asked.signal });
      show(answer.ok ? (await answer.json()).suggestions : []);
    } catch (error) {
      if (error.name !== "AbortError") show([]);
    }
  }

  // What is still being asked for comes too late.
  function forget() {
    clearTimeout(waiting);
    asked?.abort();
    show([]);
  }

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    if (input.value.trim()) waiting = setTimeout(ask, 150);
    else forget();
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark((chosen + step + offered.length) % offered.length);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      take(chosen);
    } else if (event.key === "Escape") {
      event.preventDefault();
      forget();
    }
  });
  input.addEventListener("blur", forget);
})();

// The counts to narrow by come after the hits, for they take as long again.
(() => {
  function count() {
    const place = document.querySelector("[data-counts]");
    if (!place) return;
    const failed = () => { place.firstElementChild.textContent = place.dataset.failed; };
    fetch(place.dataset.counts)
      .then(async (answer) => { if (answer.ok && !answer.redirected) place.innerHTML = await answer.text(); else failed(); })
      .catch(failed);
  }
  count();

  // The hits follow what is typed. A query that is not whole yet (a field without a value) changes nothing; Enter asks in any case.
  const input = document.querySelector("[data-results]");
  const results = document.getElementById("results");
  if (!input || !results) return;
  const told = document.getElementById("told");
  let shown = input.value.trim();
  let waiting = 0;
  let asked = null;

  async function follow() {
    const words = input.value.trim();
    // Also when the words are those of the hits again: the answer to others would come after them.
    asked?.abort();
    results.classList.remove("stale");
    if (!words || words === shown) return;
    asked = new AbortController();
    const address = `${input.dataset.results}?q=${encodeURIComponent(words)}`;
    results.classList.add("stale");
    try {
      const answer = await fetch(address, { signal: asked.signal });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById("results");
      if (!found) return;
      shown = words;
      results.replaceChildren(...found.childNodes);
      told.textContent = found.dataset.told || "";
      document.title = page.title;
      history.replaceState(null, "", address);
      count();
    } catch (error) {
      if (error.name !== "AbortError") told.textContent = "";
    } finally {
      if (input.value.trim() === words) results.classList.remove("stale");
    }
  }

  input.addEventListener("input", (event) => {
    clearTimeout(waiting);
    if (!event.isComposing) waiting = setTimeout(follow, 350);
  });
  input.addEventListener("compositionend", () => { clearTimeout(waiting); waiting = setTimeout(follow, 350); });
})();
