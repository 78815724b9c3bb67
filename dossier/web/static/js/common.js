// What every page needs: its words, pictures that are not there leave an empty frame, and a form is sent once.
// The words that a script says stand in data-told of its element, in the language of the page; {name} in them is filled in.
window.wordsOf = (element) => {
  const words = JSON.parse(element.dataset.told);
  return (key, facts = {}) => words[key].replace(/\{(\w+)\}/g, (_all, name) => facts[name]);
};
window.messageOf = (error) => (document.documentElement.lang === "en" ? error.message_en : error.message);

document.addEventListener("error", (event) => {
  if (event.target.tagName === "IMG") event.target.classList.add("gone");
}, true);

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  // A form that is answered by a file stays on its page, and may be sent again.
  if (form.method === "post" && !("download" in form.dataset)) form.dataset.sent = "1";
});

window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
