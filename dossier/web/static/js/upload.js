// The hand-over form: files are dropped, chosen or photographed, listed, and sent in parts with the progress shown. What arrived is never sent
// again, also when the same files are chosen anew. Without a secure connection the browser has no digests: all is sent at once, as without a script.
(() => {
  const form = document.querySelector("[data-upload]");
  if (!form) return;
  const tell = window.wordsOf(form);
  const input = form.querySelector("#files");
  const drop = form.querySelector("[data-drop]");
  const list = form.querySelector("[data-file-list]");
  const count = form.querySelector("[data-file-count]");
  const error = form.querySelector("[data-upload-error]");
  const area = form.querySelector("[data-uploading]");
  const bar = form.querySelector("[data-upload-bar]");
  const text = form.querySelector("[data-upload-text]");
  const buttons = form.querySelectorAll("[data-send], [data-look]");
  const camera = form.querySelector("#camera");
  const PART = 1024 * 1024;
  const digests = new WeakMap();
  const inParts = Boolean(window.crypto && crypto.subtle);
  form.querySelector("[data-resumes]").hidden = !inParts;
  const pictures = new WeakMap();
  let files = [];
  let photos = 0;

  // A small picture of what will be sent; what a browser cannot draw has none.
  function picture(file) {
    if (!/^image\/(jpeg|png)$/.test(file.type)) return [];
    if (!pictures.has(file)) pictures.set(file, URL.createObjectURL(file));
    const seen = document.createElement("img");
    seen.src = pictures.get(file);
    seen.alt = "";
    seen.decoding = "async";
    seen.loading = "lazy";
    return [seen];
  }

  const size = (bytes) => (bytes >= 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`);

  function show(problems = []) {
    const bad = new Map(problems.map((one) => [one.name, window.messageOf(one.error)]));
    list.replaceChildren(...files.map((file, index) => {
      const row = document.createElement("li");
      const name = document.createElement("b");
      name.textContent = bad.has(file.name) ? tell("bad", { name: file.name, why: bad.get(file.name) }) : file.name;
      row.classList.toggle("bad", bad.has(file.name));
      const bytes = document.createElement("span");
      bytes.className = "muted";
      bytes.textContent = size(file.size);
      const remove = document.createElement("button");
      remove.type = "button";
      remove.textContent = tell("remove");
      remove.setAttribute("aria-label", tell("remove_one", { name: file.name }));
      remove.addEventListener("click", () => { files.splice(index, 1); URL.revokeObjectURL(pictures.get(file)); pictures.delete(file); show(); });
      row.append(...picture(file), name, bytes, remove);
      return row;
    }));
    const total = files.reduce((sum, file) => sum + file.size, 0);
    count.textContent = files.length ? tell("chosen", { count: files.length, size: size(total) }) : tell("none");
  }

  function add(more) {
    const known = new Set(files.map((file) => `${file.name}/${file.size}/${file.lastModified}`));
    files = files.concat([...more].filter((file) => !known.has(`${file.name}/${file.size}/${file.lastModified}`)));
    files.sort((a, b) => a.name.localeCompare(b.name, "zh-CN", { numeric: true }));
    error.hidden = true;
    show();
  }

  // The steps of the case that is typed or chosen; a form without them hands over as well.
  const steps = form.querySelector("[data-nodes]");
  const typed = form.elements.case_no;
  let shown = typed.value.trim();
  async function offer() {
    const wanted = typed.value.trim();
    if (wanted === shown) return;
    shown = wanted;
    let found = [];
    try {
      const answer = await fetch(`${form.dataset.api}/cases/${encodeURIComponent(wanted)}/nodes`, { headers: { Accept: "application/json" } });
      if (answer.ok) found = (await answer.json()).nodes;
    } catch {
      shown = null;
    }
    if (shown !== null && shown !== wanted) return;
    const select = steps.querySelector("select");
    const choices = found.map((one) => {
      const choice = new Option(one.lacking.length ? tell("lacking", { name: one.name, count: one.lacking.length }) : one.name, one.node);
      choice.lang = "zh-CN";
      return choice;
    });
    select.replaceChildren(select.options[0], ...choices);
    steps.hidden = !choices.length;
  }
  typed.addEventListener("change", offer);

  input.addEventListener("change", () => { add(input.files); input.value = ""; });
  // Some phones call every photo image.jpg: under names of their own people, receipts and errors tell them apart, and they stay in their order.
  camera.addEventListener("change", () => {
    add([...camera.files].map((file) => {
      photos += 1;
      const name = `${tell("photo", { number: String(photos).padStart(3, "0") })}${file.type === "image/png" ? ".png" : ".jpg"}`;
      return new File([file], name, { type: file.type, lastModified: file.lastModified });
    }));
    camera.value = "";
  });
  for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.remove("over"); });
  drop.addEventListener("drop", (event) => add(event.dataTransfer.files));
  // A file that misses the zone must not replace the page.
  for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());

  function fail(message, problems) {
    area.hidden = true;
    for (const one of buttons) one.disabled = false;
    error.textContent = message;
    error.hidden = false;
    show(problems);
    error.scrollIntoView({ block: "nearest" });
  }

  async function digest(bytes) {
    return [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((one) => one.toString(16).padStart(2, "0")).join("");
  }

  // {name, sha256, parts: [{sha256, blob}]} of a file, once.
  async function measure(file) {
    if (!digests.has(file)) {
      const bytes = await file.arrayBuffer();
      const parts = [];
      for (let at = 0; at < bytes.byteLength || !parts.length; at += PART) {
        parts.push({ sha256: await digest(bytes.slice(at, at + PART)), blob: file.slice(at, at + PART) });
      }
      digests.set(file, { name: file.name, sha256: await digest(bytes), parts });
    }
    return digests.get(file);
  }

  // Waits for the line to come back, a little longer each time; a change of network ends the wait.
  const pause = (seconds) => new Promise((go) => {
    const timer = setTimeout(go, seconds * 1000);
    window.addEventListener("online", () => { clearTimeout(timer); go(); }, { once: true });
  });

  class Refused extends Error {
    constructor(answer, status) {
      super(answer.error ? window.messageOf(answer.error) : tell("failed", { status }));
      this.files = answer.files;
    }
  }

  // Asks until there is an answer: a broken line is tried again, a refusal is not.
  async function ask(path, body) {
    const headers = { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value };
    if (!(body instanceof FormData)) headers["Content-Type"] = "application/json";
    for (let wait = 1; ; wait = Math.min(wait * 2, 30)) {
      let answer = null;
      try {
        answer = await fetch(form.dataset.api + path, { method: "POST", headers, body: body instanceof FormData ? body : JSON.stringify(body) });
        if (answer.ok) return await answer.json();
      } catch {
        answer = null;
      }
      if (answer && answer.status < 500) throw new Refused(await answer.json().catch(() => ({})), answer.status);
      text.textContent = tell("offline");
      await pause(wait);
    }
  }

  function twice(receipt) {
    const message = tell("handed", { receipt });
    return { message, message_en: message };
  }

  async function sendInParts(look) {
    const caseNo = form.elements.case_no.value;
    const measured = [];
    for (const file of files) {
      text.textContent = tell("measuring", { at: measured.length + 1, all: files.length });
      measured.push(await measure(file));
    }
    const parts = new Map(measured.flatMap((file) => file.parts).map((part) => [part.sha256, part.blob]));
    const lacking = await ask("/parts/missing", { case_no: caseNo, files: measured.map((file) => file.sha256), parts: [...parts.keys()] });
    const known = new Map(lacking.known.map((one) => [one.sha256, one.receipt_no]));
    const fresh = measured.filter((file) => !known.has(file.sha256));
    const told = measured.filter((file) => known.has(file.sha256))
      .map((file) => ({ name: file.name, error: twice(known.get(file.sha256)) }));
    if (told.length) { fail(tell("twice"), told); return; }
    const wanted = new Set(fresh.flatMap((file) => file.parts).map((part) => part.sha256));
    const total = [...wanted].reduce((sum, sha256) => sum + parts.get(sha256).size, 0);
    const missing = lacking.missing.filter((sha256) => wanted.has(sha256));
    let done = total - missing.reduce((sum, sha256) => sum + parts.get(sha256).size, 0);
    for (const sha256 of missing) {
      text.textContent = tell("sending", { done: size(done), all: size(total) });
      bar.value = Math.round((done / Math.max(1, total)) * 100);
      const body = new FormData();
      body.append("sha256", sha256);
      body.append("part", parts.get(sha256), "part");
      await ask("/parts", body);
      done += parts.get(sha256).size;
    }
    bar.value = 100;
    text.textContent = tell("checking");
    const body = { case_no: caseNo, key: form.elements.key.value, declared: form.elements.declared.value };
    if (look) body.look = true;
    if (form.elements.node && form.elements.node.value) body.node = form.elements.node.value;
    if (form.elements.again_of) body.again_of = form.elements.again_of.value;
    const answers = [...form.querySelectorAll("[name=answer]")].map((one) => one.value);
    if (answers.length) body.answers = answers;
    body.files = fresh.map((file) => ({ name: file.name, sha256: file.sha256, parts: file.parts.map((part) => part.sha256) }));
    const receipt = await ask("/hand-overs/from-parts", body);
    location.assign(form.dataset.show.replace("RECEIPT", receipt.receipt_no));
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!files.length) { fail(tell("no_files")); return; }
    const look = event.submitter?.name === "look";
    for (const one of buttons) one.disabled = true;
    error.hidden = true;
    area.hidden = false;
    bar.value = 0;
    text.textContent = tell("begun");
    if (inParts) {
      sendInParts(look).catch((problem) => fail(problem.message, problem.files));
      return;
    }
    const body = new FormData(form);
    body.delete("files");
    if (look) body.set("look", "1");
    for (const file of files) body.append("files", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (step) => {
      if (!step.lengthComputable) return;
      bar.value = Math.round((step.loaded / step.total) * 100);
      text.textContent = step.loaded < step.total ? tell("sending", { done: size(step.loaded), all: size(step.total) }) : tell("checking");
    });
    request.addEventListener("load", () => {
      const answer = request.response || {};
      if (request.status === 201) { location.assign(answer.url); return; }
      fail(answer.error ? window.messageOf(answer.error) : tell("failed", { status: request.status }), answer.files);
    });
    request.addEventListener("error", () => fail(tell("broken")));
    request.send(body);
  });
})();
