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

  // What saving.js keeps in this browser goes when its owner signs out, when it was saved, and after a week.
  try {
    const WEEK = 7 * 24 * 3600 * 1000;
    const keys = () => Object.keys(localStorage).filter((key) => key.startsWith("ra-kept:"));
    for (const key of keys()) if (!(Date.parse(JSON.parse(localStorage.getItem(key)).since) > Date.now() - WEEK)) localStorage.removeItem(key);
    const sent = JSON.parse(sessionStorage.getItem("ra-sent"));
    const [way] = performance.getEntriesByType("navigation");
    const ledOn = location.pathname !== sent?.path || way.redirectCount > 0;  // back to the same page: a word beside a question was sent
    if (sent && way.type === "navigate" && document.referrer === location.origin + sent.path && ledOn) localStorage.removeItem(sent.key);
    sessionStorage.removeItem("ra-sent");
    document.addEventListener("submit", (event) => {
      const owner = event.target.dataset.raSignOut;
      if (owner) for (const key of keys()) if (key.startsWith(`ra-kept:${owner}:`)) localStorage.removeItem(key);
    });
  } catch { /* nothing can be kept here */ }

  // Files may be dropped anywhere on their form; what is chosen is said below the field before it is sent.
  for (const input of document.querySelectorAll("input[type=file][data-ra-drop]")) {
    const form = input.form;
    const said = form.querySelector("[data-ra-dropped]");
    for (const hint of form.querySelectorAll("[data-ra-drop-hint]")) hint.hidden = false;
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

  // What has a limit is counted when it comes near, and never cut off.
  const count = (field) => {
    const most = Number(field.dataset.raMost), length = [...field.value].length;
    let said = field.nextElementSibling;
    if (!said || !("raCount" in said.dataset)) {
      if (length < most * 0.8) return;
      said = document.createElement("p");
      Object.assign(said, { className: "ra-hint" });
      said.dataset.raCount = "";
      said.setAttribute("role", "status");
      field.after(said);
    }
    said.textContent = length < most * 0.8 ? "" : `${length} / ${most}${length > most ? `. ${field.dataset.raOver}` : ""}`;
    field.toggleAttribute("aria-invalid", length > most);
  };
  document.addEventListener("input", (event) => { if (event.target.dataset && event.target.dataset.raMost) count(event.target); });

  // Menus close on Escape and on a click beside them.
  for (const menu of document.querySelectorAll("details[data-ra-menu]")) {
    document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }

  // A list with data-ra-rows: j and k move the mark, o opens, x ticks, ? shows the keys.
  const list = document.querySelector("[data-ra-rows]");
  if (list) {
    const rows = [...list.querySelectorAll("tbody tr")].filter((row) => row.querySelector("a[href]"));
    const keys = document.querySelector("[data-ra-keys]");
    if (keys && keys.localName !== "dialog") keys.hidden = false;
    const showKeys = () => (keys.localName === "dialog" ? keys.open ? keys.close() : keys.showModal() : keys.toggleAttribute("open"));
    const said = list.querySelector("[data-ra-ticked]");
    const tick = () => {
      for (const row of rows) row.classList.toggle("is-picked", Boolean(row.querySelector("input[type=checkbox]")?.checked));
      const count = list.querySelectorAll("tbody input[type=checkbox]:checked").length;
      if (said) said.textContent = `${count} ${said.dataset.raWords}`;
    };
    list.addEventListener("change", tick);
    document.querySelector("[data-ra-keys-link]")?.addEventListener("click", (event) => {
      if (!keys) return;
      event.preventDefault();
      showKeys();
    });
    let at = -1;
    const go = (step) => {
      if (!rows.length) return;
      if (at >= 0) rows[at].classList.remove("is-at");
      at = Math.min(rows.length - 1, Math.max(0, at + step));
      rows[at].classList.add("is-at");
      rows[at].scrollIntoView({ block: "nearest" });
      rows[at].querySelector("a[href]").focus({ preventScroll: true });
    };
    tick();
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
      if (event.key === "j") go(1);
      else if (event.key === "k") go(-1);
      else if (event.key === "o" && at >= 0) rows[at].querySelector("a[href]").click();
      else if (event.key === "x" && at >= 0 && rows[at].querySelector("input[type=checkbox]")) rows[at].querySelector("input[type=checkbox]").click();
      else if (event.key === "?" && keys) showKeys();
      else return;
      event.preventDefault();
    });
  }

  // A form that was sent while its owner was signed out (errors/403_csrf.html) takes the token of whoever is signed in by now.
  for (const form of document.querySelectorAll("form[data-ra-fresh-token]")) {
    form.addEventListener("submit", async (event) => {
      if ("raTaken" in form.dataset) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      form.dataset.raTaken = "";
      try {
        const page = await (await fetch(form.dataset.raFreshToken, { cache: "no-store" })).text();
        const token = new DOMParser().parseFromString(page, "text/html").querySelector("[name=csrfmiddlewaretoken]");
        if (token) form.elements.csrfmiddlewaretoken.value = token.value;
      } catch { /* offline: then the press itself says so */ }
      form.requestSubmit();
    });
  }

  // A second press of a button sends nothing twice; the server would refuse it anyway.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    // Without a connection the next page would be the browser's own: whoever presses stays here, where all is kept.
    const offline = document.querySelector("[data-ra-offline]"), unsaved = document.querySelector("[data-ra-unsaved]");
    if (offline && !("raProbed" in form.dataset) && (!navigator.onLine || (unsaved && !unsaved.hidden))) {
      event.preventDefault();
      const press = event.submitter;
      fetch(location.pathname, { method: "HEAD", cache: "no-store" }).then(() => {
        form.dataset.raProbed = "";
        form.requestSubmit(press);
      }).catch(() => {
        offline.hidden = false;
        if (unsaved) unsaved.hidden = true;
        for (const part of offline.querySelectorAll("[data-ra-since]")) part.textContent = part.textContent || new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false });
        offline.tabIndex = -1;
        offline.focus();
      });
      return;
    }
    delete form.dataset.raProbed;
    if (form.dataset.raSent) { event.preventDefault(); return; }
    form.dataset.raSent = "1";
    setTimeout(() => { delete form.dataset.raSent; }, 4000);
  });
})();
