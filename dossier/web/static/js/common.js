// What every page needs: pictures that are not there leave an empty frame, and a form is sent once.
document.addEventListener("error", (event) => {
  if (event.target.tagName === "IMG") event.target.classList.add("gone");
}, true);

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  if (form.method === "post") form.dataset.sent = "1";
});

window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
