// Comfort only: every page works without this file. Data attributes switch each part on; docs/interface.md lists them.
(() => {
  "use strict";

  // Filters send themselves; their button is only for those without script.
  for (const form of document.querySelectorAll("form[data-ra-autosubmit]")) {
    for (const button of form.querySelectorAll("[data-ra-no-script]")) button.hidden = true;
    form.addEventListener("change", () => form.requestSubmit());
  }

  // Copy buttons stay hidden until a clipboard is there.
  for (const button of document.querySelectorAll("button[data-ra-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = document.querySelector(button.dataset.raCopy);
      await navigator.clipboard.writeText(source.textContent.trim());
      const said = button.textContent;
      button.textContent = button.dataset.raCopied || said;
      setTimeout(() => { button.textContent = said; }, 2000);
    });
  }

  // Some browsers honour autofocus on fields alone: the summary of errors takes the focus here.
  const summary = document.querySelector("[data-ra-focus]");
  if (summary) summary.focus();

  // A page that saves by itself says when that failed, until it works again.
  const unsaved = document.querySelector("[data-ra-unsaved]");
  if (unsaved) document.addEventListener("htmx:afterRequest", (event) => {
    unsaved.hidden = event.detail.successful;
    if (event.detail.successful) event.detail.elt.raSaved = event.detail.xhr.raChoices;
  });

  // It shows no answer from before the last choice, and saves no more by itself once its button was pressed.
  for (const name of ["input", "change"]) {
    document.addEventListener(name, (event) => {
      const form = event.target.closest("form[hx-post]");
      if (form) form.raChoices = (form.raChoices || 0) + 1;
    });
  }
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.dataset.raSent) event.preventDefault();
    else event.detail.xhr.raChoices = event.target.raChoices;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const form = event.detail.target;
    if (form.raChoices !== undefined && form.raChoices !== event.detail.xhr.raChoices) event.detail.shouldSwap = false;
  });

  // Whoever leaves it right after a choice takes nothing along: what is not saved yet is sent on the way out.
  addEventListener("pagehide", () => {
    for (const form of document.querySelectorAll("form[hx-post]")) {
      if (form.dataset.raSent || form.raChoices === form.raSaved) continue;
      const body = new URLSearchParams(new FormData(form));
      fetch(form.getAttribute("hx-post"), { method: "POST", keepalive: true, headers: { "HX-Request": "true" }, body });
    }
  });

  // Files may be dropped anywhere on their form; what is chosen is said below the field before it is sent.
  for (const input of document.querySelectorAll("input[type=file][data-ra-drop]")) {
    const form = input.form;
    const said = form.querySelector("[data-ra-dropped]");
    const show = () => {
      said.replaceChildren(...[...input.files].map((file) => {
        const line = document.createElement("li");
        line.textContent = `${file.name} (${(file.size / 1048576).toFixed(1)} MB)`;
        return line;
      }));
      said.hidden = input.files.length === 0;
    };
    input.addEventListener("change", show);
    form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("is-over"); });
    form.addEventListener("dragleave", (event) => { if (!form.contains(event.relatedTarget)) form.classList.remove("is-over"); });
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      form.classList.remove("is-over");
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      input.focus();
      show();
    });
  }

  // Menus close on Escape and on a click beside them.
  for (const menu of document.querySelectorAll("details[data-ra-menu]")) {
    document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }

  // A list with data-ra-rows: j and k move the mark, o opens, ? shows the keys.
  const list = document.querySelector("[data-ra-rows]");
  if (list) {
    const rows = [...list.querySelectorAll("tbody tr")].filter((row) => row.querySelector("a[href]"));
    const keys = document.querySelector("[data-ra-keys]");
    if (keys) keys.hidden = false;
    let at = -1;
    const go = (step) => {
      if (!rows.length) return;
      if (at >= 0) rows[at].classList.remove("is-at");
      at = Math.min(rows.length - 1, Math.max(0, at + step));
      rows[at].classList.add("is-at");
      rows[at].scrollIntoView({ block: "nearest" });
      rows[at].querySelector("a[href]").focus({ preventScroll: true });
    };
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, [contenteditable]")) return;
      if (event.key === "j") go(1);
      else if (event.key === "k") go(-1);
      else if (event.key === "o" && at >= 0) rows[at].querySelector("a[href]").click();
      else if (event.key === "?" && keys) keys.toggleAttribute("open");
      else return;
      event.preventDefault();
    });
  }

  // A second press of a button sends nothing twice; the server would refuse it anyway.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.raSent) { event.preventDefault(); return; }
    form.dataset.raSent = "1";
    setTimeout(() => { delete form.dataset.raSent; }, 4000);
  });
})();
