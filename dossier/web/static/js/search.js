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

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    if (input.value.trim()) waiting = setTimeout(ask, 150);
    else show([]);
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
      show([]);
    }
  });
  input.addEventListener("blur", () => show([]));
})();

// The counts to narrow by come after the hits, for they take as long again.
(() => {
  const place = document.querySelector("[data-counts]");
  if (!place) return;
  const failed = () => { place.firstElementChild.textContent = place.dataset.failed; };
  fetch(place.dataset.counts)
    .then(async (answer) => { if (answer.ok && !answer.redirected) place.innerHTML = await answer.text(); else failed(); })
    .catch(failed);
})();
