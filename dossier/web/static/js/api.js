// The page that tries the API: what was filled in is sent as one request, and its answer is shown as it came.
(() => {
  const tell = window.wordsOf(document.querySelector("[data-api-words]"));
  const token = document.querySelector("meta[name=csrf-token]").content;

  function request(form) {
    const fields = [...form.querySelectorAll("[data-in]")];
    const of = (place) => fields.filter((field) => field.dataset.in === place && (field.value || place === "path"));
    let path = form.dataset.path;
    for (const field of of("path")) path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
    const query = new URLSearchParams(of("query").map((field) => [field.name, field.value])).toString();
    const headers = { Accept: "application/json" };
    for (const field of of("header")) headers[field.name] = field.value;
    const options = { method: form.dataset.method, headers };
    if (options.method !== "GET") headers["X-CSRFToken"] = token;
    const [body] = of("body");
    if (body) {
      headers["Content-Type"] = "application/json";
      options.body = body.value;
    } else if (fields.some((field) => field.dataset.in === "form")) {
      options.body = new FormData();
      for (const field of of("form")) {
        if (field.type === "file") for (const file of field.files) options.body.append(field.name, file);
        else options.body.append(field.name, field.value);
      }
    }
    return [query ? `${path}?${query}` : path, options];
  }

  async function show(answer, place) {
    const line = document.createElement("p");
    line.textContent = `${answer.status} ${answer.headers.get("Content-Type") || ""}`;
    const type = answer.headers.get("Content-Type") || "";
    const text = document.createElement("pre");
    text.tabIndex = 0;
    if (type.startsWith("application/json")) {
      text.textContent = JSON.stringify(await answer.json(), null, 2);
      place.replaceChildren(line, text);
      return;
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.textContent = tell("open");
    link.target = "_blank";
    place.replaceChildren(line, link);
  }

  for (const form of document.querySelectorAll("[data-api]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const place = form.querySelector("[data-answer]");
      const [path, options] = request(form);
      place.textContent = tell("asking");
      try {
        await show(await fetch(path, options), place);
      } catch (error) {
        place.textContent = tell("nothing", { why: error.message });
      }
    });
  }
})();
