// The decision forms: an emptied correction goes away, and the last one always leaves room for another.
document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-corrections]");
  if (!form || event.target.name !== "correction") return;
  const all = [...form.querySelectorAll("[name=correction]")];
  const last = all[all.length - 1];
  if (!last.value.trim()) return;
  const label = last.closest("label").cloneNode(true);
  label.querySelector("textarea").value = "";
  label.querySelector("textarea").placeholder = form.dataset.more;
  last.closest("label").after(label);
});
