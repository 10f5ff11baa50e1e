// A page that saves itself (form[data-ra-keep], named after its reader): what is chosen or typed stays in this browser
// until the server has it. Without this file the page is an ordinary form. The words are in _partials/saving_notices.html.
(() => {
  "use strict";
  const form = () => document.querySelector("form[data-ra-keep]");
  if (!form()) return;
  const OURS = `ra-kept:${form().dataset.raKeep}:${location.pathname}:`, KEY = OURS + form().elements.page.value;
  const RETRY_MS = 15000, WATCH_MS = 1500, LEVEL_MS = 3000;
  const show = (name, on) => { for (const part of document.querySelectorAll(`[data-ra-${name}]`)) part.hidden = !on; };

  // -- what is kept, by opened page: {since, place, fields: {name: {values, revision, label}}} ----------------------------------------

  // Some browsers refuse to keep anything; then the page itself is the only place.
  const storage = (() => {
    try { localStorage.setItem("ra-try", "1"); localStorage.removeItem("ra-try"); return localStorage; } catch { return null; }
  })();
  const kept = (key) => {
    try { return JSON.parse(storage.getItem(key)); } catch { return null; }
  };
  const forget = () => storage && storage.removeItem(KEY);
  let pressed = 0;  // when a button that leads to another page was pressed
  const write = (record) => {
    try { storage.setItem(KEY, JSON.stringify({ ...record, pressed })); } catch { /* full or refused */ }
  };

  const touched = new Map();  // name -> {values, revision, label}: changed here and not saved yet
  let since = "", place = "", choices = 0, saved = 0, left = {};

  const known = (name) => [...document.querySelectorAll('#known input[name="shown"]')].find((each) => each.value.replace(/:\d+$/, "") === name);
  const controls = (name) => [...form().elements].filter((each) => each.name === name && each.type !== "hidden");
  const revision = (name) => (known(name) ? known(name).value.replace(/^.*:/, "") : "");
  const values = (name) => new FormData(form()).getAll(name).map(String);
  // An item has another number once its neighbours move; its uid stays.
  const rowOf = (name) => {
    const uid = /^item-\d+-/.test(name) && form().elements[name.replace(/\w+$/, "uid")];
    return uid ? uid.value : "";
  };
  const nameNow = (name, row) => {
    const uid = row && [...form().querySelectorAll('input[name^="item-"][name$="-uid"]')].find((each) => each.value === row);
    return uid ? uid.name.replace(/uid$/, name.match(/\w+$/)[0]) : name;
  };
  const words = (control) => {
    const block = control.closest("[id^=question-]");
    const head = block && block.querySelector(".ra-question-text");
    return head ? head.textContent.trim() : control.name;
  };

  function keep(control) {
    const { name } = control;
    if (!name || control.type === "hidden") return;
    // A character without a shape, which a copy out of a PDF may bring along and no database takes.
    if (control.type !== "file" && control.value.includes("\0")) control.value = control.value.replaceAll("\0", "");
    const before = touched.get(name) || { revision: revision(name), label: words(control) };
    touched.set(name, { ...before, values: values(name), at: Date.now(), row: rowOf(name) });
    since = since || new Date().toISOString();
    place = control.id;
    write({ since, place, fields: { ...left, ...Object.fromEntries(touched) } });
  }

  // -- what it says ---------------------------------------------------------------------------------------------------

  const clock = (iso) => new Date(iso).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false });
  const stamp = (iso) => { for (const part of document.querySelectorAll("[data-ra-since]")) part.textContent = clock(iso); };

  const unsay = () => { for (const part of document.querySelectorAll("[data-ra-saved]")) part.replaceChildren(); };

  function trouble(name) {
    stamp(since || new Date().toISOString());
    for (const each of ["offline", "unsaved", "refused"]) show(each, each === name);
    if (name) { wasTold = false; unsay(); }
  }

  // One region speaks, politely: what came up, the level when it is another, and "saved" once, until something was in the way.
  const region = document.querySelector("[data-ra-said]");
  let level = text("level-said"), wasTold = false, came = "", spokeAt = 0, waiting = 0;
  function text(id) { const part = document.getElementById(id); return part ? part.textContent.trim() : ""; }
  function tell() {
    came = text("news") || came;
    document.getElementById("news").textContent = "";
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const parts = [came, text("level-said") === level ? "" : text("level-said"), wasTold ? "" : text("saved")].filter(Boolean);
      if (!parts.length) return;
      [came, level, wasTold, spokeAt] = ["", text("level-said"), true, Date.now()];
      region.textContent = parts.join(" ");
    }, Math.max(0, LEVEL_MS - (Date.now() - spokeAt)));
  }

  // -- saving ---------------------------------------------------------------------------------------------------------

  let again = 0, watch = 0;
  const save = () => { if (choices !== saved && !form().dataset.raSent) htmx.trigger(form(), "ra-save"); };
  const later = () => { clearTimeout(again); again = setTimeout(save, RETRY_MS); };
  const isOurs = (event) => event.detail.elt === form() || (event.detail.requestConfig && event.detail.requestConfig.path === form().getAttribute("hx-post"));

  for (const name of ["input", "change"]) {
    document.addEventListener(name, (event) => {
      if (!event.target.form || event.target.form !== form()) return;
      choices += 1;
      keep(event.target);
      if (!navigator.onLine) trouble("offline");
      if (name !== "change") return;
      clearTimeout(watch);  // a choice made in the moment in which htmx takes the questions in is seen by nobody else
      watch = setTimeout(save, WATCH_MS);
    });
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!isOurs(event)) return;
    if (form().dataset.raSent) event.preventDefault();  // its button was pressed
    else event.detail.xhr.raChoices = choices;
  });

  // No answer from before the last choice is shown. Folds that were open stay open.
  let open = [];
  const folds = () => [...form().querySelectorAll("details")].map((fold) => [fold, `${(fold.closest("[id^=question-]") || form()).id} ${fold.querySelector("summary").textContent}`]);
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!isOurs(event)) return;
    if (event.detail.xhr.status === 401) { event.detail.shouldSwap = true; event.detail.isError = false; return; }
    if (event.detail.xhr.raChoices !== choices) event.detail.shouldSwap = false;
    open = folds().filter(([fold]) => fold.open).map(([, name]) => name);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const [fold, name] of folds()) if (open.includes(name)) fold.open = true;
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isOurs(event)) return;
    const { xhr } = event.detail, { status } = xhr;
    if (status === 200) {
      trouble("");
      document.getElementById("signed-out").replaceChildren();
      if (xhr.getResponseHeader("X-Saved") === "yes") done(xhr.raChoices);
    } else if (status === 401) {
      trouble("");
      unsay();
      const link = document.querySelector("[data-ra-sign-in]");
      if (link && !storage) link.target = "_blank";  // the page is the only place that has the text
    } else if (status === 403 && xhr.getResponseHeader("X-Fresh-Token")) {
      renew(xhr.getResponseHeader("X-Fresh-Token"));
    } else if (status >= 500 || status === 429) {
      trouble("unsaved");
      later();
    } else if (status >= 400) {
      trouble("refused");
    }
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      if (!isOurs(event)) return;
      trouble(navigator.onLine ? "unsaved" : "offline");
      later();
    });
  }
  addEventListener("online", save);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) save(); });

  function done(sent) {
    if (sent === choices) {
      [saved, since] = [choices, ""];
      touched.clear();
      bring(left);  // a follow-up may have come up by now
      if (!touched.size && !Object.keys(left).length) forget();
    }
    tell();
  }

  // Signed in again in another tab: the form needs that session's token, and is the same person's.
  function renew(token) {
    form().querySelector("[name=csrfmiddlewaretoken]").value = token;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    if (renew.at > Date.now() - RETRY_MS) { trouble("refused"); return; }
    renew.at = Date.now();
    setTimeout(save);
  }

  // -- coming back ----------------------------------------------------------------------------------------------------

  function put(found, given) {
    for (const control of found) {
      if (control.type === "radio" || control.type === "checkbox") control.checked = given.includes(control.value);
      else control.value = given[0] || "";
    }
  }

  // Puts kept values back with the revision they were written against, so that nobody's later answer is overwritten.
  function bring(fields) {
    const before = choices;
    left = {};
    for (const [name, field] of Object.entries(fields)) {
      const found = controls(name);
      if (!found.length) {
        if (field.values.some((value) => value.trim())) left[name] = field;
        continue;
      }
      if (JSON.stringify(values(name)) === JSON.stringify(field.values)) continue;
      put(found, field.values);
      if (known(name) && field.revision) known(name).value = `${name}:${field.revision}`;
      touched.set(name, field);
      choices += 1;
    }
    const list = document.querySelector("[data-ra-left] dl");
    list.replaceChildren(...Object.values(left).flatMap((field) => [["dt", field.label], ["dd", field.values.join(", ")]].map(([tag, content]) => {
      const part = document.createElement(tag);
      part.textContent = content;
      return part;
    })));
    show("left", choices === before && list.children.length > 0);
    if (choices !== before) setTimeout(save);
    return choices !== before;
  }
  document.querySelector("[data-ra-left] button").addEventListener("click", () => {
    left = {};
    show("left", false);
    if (!touched.size) forget();
  });

  // What came back unsaved stands in the form and is kept on; what was typed after the press is put in its place again.
  function goOn(record) {
    since = record.since;
    stamp(since);
    choices += 1;
    const fields = Object.entries(record.fields).map(([name, field]) => [nameNow(name, field.row), field]).filter(([name]) => controls(name).length);
    for (const [name, field] of fields) if (record.pressed && field.at > record.pressed) put(controls(name), field.values);
    for (const [name, field] of fields) touched.set(name, { ...field, values: values(name), revision: revision(name) });
    write({ ...record, fields: Object.fromEntries(touched) });
  }

  // What pages kept that are no longer open comes back; those that are open hold a lock of their name.
  async function comeBack() {
    const locks = navigator.locks;
    if (locks) locks.request(KEY, () => new Promise(() => {}));
    const open = locks ? (await locks.query()).held.map((lock) => lock.name) : [];
    const keys = Object.keys(storage).filter((key) => key.startsWith(OURS) && key !== KEY && !open.includes(key));
    const records = keys.map(kept).filter((record) => record && record.fields).sort((a, b) => a.since.localeCompare(b.since));
    if (!records.length) return;
    ({ since, place } = records[0]);
    stamp(since);
    const fields = Object.assign({}, ...records.map((record) => record.fields));
    if (bring(fields)) {
      show("brought", true);
      const at = document.getElementById(records.at(-1).place);
      if (at) { at.focus({ preventScroll: true }); at.scrollIntoView({ block: "center" }); }
    }
    if (touched.size || Object.keys(left).length) write({ since, place, fields });
    else since = "";
    for (const key of keys) storage.removeItem(key);
  }

  if (storage) {
    if ("raFresh" in form().dataset) comeBack();
    else if (kept(KEY)) goOn(kept(KEY));
  }

  // -- leaving --------------------------------------------------------------------------------------------------------

  const body = () => new URLSearchParams(new FormData(form()));
  const send = () => fetch(form().getAttribute("hx-post"), { method: "POST", keepalive: true, headers: { "HX-Request": "true" }, body: body() });

  // Whoever leaves right after a choice takes nothing along: what is not saved yet is sent on the way out.
  let sent = 0;
  addEventListener("pagehide", () => {
    if (!form().dataset.raSent && choices !== saved) send().catch(() => {});
    else if (form().dataset.raSent && choices !== sent) sessionStorage.removeItem("ra-sent");  // typed after the press: kept on
  });

  // The page that its button leads to knows by this that all was saved (ra.js).
  document.addEventListener("submit", (event) => {
    if (event.target !== form() || event.defaultPrevented || !storage) return;
    sessionStorage.setItem("ra-sent", JSON.stringify({ key: KEY, path: location.pathname }));
    [pressed, sent] = [Date.now(), choices];
    if (kept(KEY)) write(kept(KEY));
  });

  // Signing out takes what is kept away, so what is not saved yet is saved first.
  document.addEventListener("submit", async (event) => {
    if (!("raSignOut" in event.target.dataset) || choices === saved) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    try { if ((await send()).ok) saved = choices; } catch { /* then signing out will not work either */ }
    if (saved === choices) event.target.requestSubmit();
    else trouble(navigator.onLine ? "unsaved" : "offline");
  }, true);
})();
