// The decision forms: an emptied correction goes away, and the last one always leaves room for another.
(() => {
  const form = document.querySelector("[data-corrections]");
  if (!form) return;
  form.addEventListener("input", (event) => {
    if (event.target.name !== "correction") return;
    const all = [...form.querySelectorAll("[name=correction]")];
    const last = all[all.length - 1];
    if (last.value.trim()) {
      const label = last.closest("label").cloneNode(true);
      label.querySelector("textarea").value = "";
      label.querySelector("textarea").placeholder = form.dataset.more;
      last.closest("label").after(label);
    }
  });
})();
