// The hand-over form: files are dropped or chosen, listed, and sent with the progress shown; without this script the form still works.
(() => {
  const form = document.querySelector("[data-upload]");
  if (!form) return;
  const input = form.querySelector("#files");
  const drop = form.querySelector("[data-drop]");
  const list = form.querySelector("[data-file-list]");
  const count = form.querySelector("[data-file-count]");
  const error = form.querySelector("[data-upload-error]");
  const area = form.querySelector("[data-uploading]");
  const bar = form.querySelector("[data-upload-bar]");
  const text = form.querySelector("[data-upload-text]");
  const button = form.querySelector("[data-send]");
  let files = [];

  const size = (bytes) => (bytes >= 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`);

  function show(problems = []) {
    const bad = new Map(problems.map((one) => [one.name, one.error.message]));
    list.replaceChildren(...files.map((file, index) => {
      const row = document.createElement("li");
      const name = document.createElement("b");
      name.textContent = bad.has(file.name) ? `${file.name}：${bad.get(file.name)}` : file.name;
      row.classList.toggle("bad", bad.has(file.name));
      const bytes = document.createElement("span");
      bytes.className = "muted";
      bytes.textContent = size(file.size);
      const remove = document.createElement("button");
      remove.type = "button";
      remove.textContent = "移除";
      remove.setAttribute("aria-label", `移除 ${file.name}`);
      remove.addEventListener("click", () => { files.splice(index, 1); show(); });
      row.append(name, bytes, remove);
      return row;
    }));
    const total = files.reduce((sum, file) => sum + file.size, 0);
    count.textContent = files.length ? `${files.length} 个，${size(total)}` : "尚未选择";
  }

  function add(more) {
    const known = new Set(files.map((file) => `${file.name}/${file.size}/${file.lastModified}`));
    files = files.concat([...more].filter((file) => !known.has(`${file.name}/${file.size}/${file.lastModified}`)));
    files.sort((a, b) => a.name.localeCompare(b.name, "zh-CN", { numeric: true }));
    error.hidden = true;
    show();
  }

  input.addEventListener("change", () => { add(input.files); input.value = ""; });
  for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.remove("over"); });
  drop.addEventListener("drop", (event) => add(event.dataTransfer.files));
  // A file that misses the zone must not replace the page.
  for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());

  function fail(message, problems) {
    area.hidden = true;
    button.disabled = false;
    error.textContent = message;
    error.hidden = false;
    show(problems);
    error.scrollIntoView({ block: "nearest" });
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!files.length) { fail("没有选择文件。请至少选择一个文件。"); return; }
    const body = new FormData(form);
    body.delete("files");
    for (const file of files) body.append("files", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (step) => {
      if (!step.lengthComputable) return;
      bar.value = Math.round((step.loaded / step.total) * 100);
      text.textContent = step.loaded < step.total ? `正在上传 ${size(step.loaded)} / ${size(step.total)}` : "上传完毕，正在核对文件并安全保存…";
    });
    request.addEventListener("load", () => {
      const answer = request.response || {};
      if (request.status === 201) { location.assign(answer.url); return; }
      fail(answer.error ? answer.error.message : `移送未成功（${request.status}）。请重试。`, answer.files);
    });
    request.addEventListener("error", () => fail("网络中断，移送未完成。请检查网络后重试；重复提交不会产生两次移送。"));
    button.disabled = true;
    error.hidden = true;
    area.hidden = false;
    bar.value = 0;
    text.textContent = "正在上传…";
    request.send(body);
  });
})();
