// Comfort for the first page: Enter searches, arrows walk through what was found, the page saves by itself what is whole,
// and what is not saved is kept in this browser. A page without #keep saves by its buttons alone. Every button works
// without this file.
(() => {
  "use strict";
  const form = () => document.querySelector("form[data-ra-rowed]");
  if (!form()) return;

  // -- the picker -----------------------------------------------------------------------------------------------------

  const found = (row) => [...row.querySelectorAll("button.ra-found-pick")];
  document.addEventListener("keydown", (event) => {
    const row = event.target.closest && event.target.closest("form[data-ra-rowed] .ra-find");
    if (!row || event.isComposing) return;
    const field = row.querySelector("[data-ra-find]"), list = found(row), at = list.indexOf(event.target);
    if (event.key === "Enter" && event.target === field) {
      row.querySelector(`button[value="${field.dataset.raFind}"]`).click();
    } else if (event.key === "ArrowDown" && list.length && (event.target === field || at >= 0)) {
      list[Math.min(at + 1, list.length - 1)].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      (at ? list[at - 1] : field).focus();
    } else if (event.key === "Escape" && at >= 0) {
      field.focus();
    } else return;
    event.preventDefault();
  });

  // -- what is typed and not saved -------------------------------------------------------------------------------------

  const { raRowed: owner } = form().dataset, KEY = `ra-kept:${owner}:${location.pathname}:rows`;
  const box = document.querySelector("[data-ra-typed]"), failed = document.querySelector("[data-ra-failed]");
  const storage = (() => {
    try { localStorage.setItem("ra-try", "1"); localStorage.removeItem("ra-try"); return localStorage; } catch { return null; }
  })();
  if (!storage || !box) return;
  const clock = (iso) => new Date(iso).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false });
  const pairs = () => [...new FormData(form())].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
  const kept = (() => {
    try { return JSON.parse(storage.getItem(KEY)); } catch { return null; }
  })();
  const keep = () => {
    try { storage.setItem(KEY, JSON.stringify({ since: new Date().toISOString(), pairs: pairs() })); } catch { /* full */ }
  };

  // -- saving by itself -------------------------------------------------------------------------------------------------

  const RETRY_MS = 15000, WAIT_MS = 1500;
  let choices = 0, saved = 0, waits = 0, since = "";
  const show = (name, on) => { for (const part of document.querySelectorAll(`[data-ra-${name}]`)) part.hidden = !on; };
  const trouble = (name) => {
    for (const part of document.querySelectorAll("[data-ra-since]")) part.textContent = clock(since || new Date().toISOString());
    for (const each of ["offline", "unsaved", "refused"]) show(each, each === name);
    if (name) document.getElementById("saved").replaceChildren();
  };
  const isOurs = (event) => event.detail.elt === document.getElementById("keep");
  const savesItself = document.getElementById("keep") !== null;
  const save = () => { if (savesItself && choices !== saved && !form().dataset.raSent) htmx.trigger("#keep", "ra-save"); };
  const later = (wait) => { clearTimeout(waits); waits = setTimeout(save, wait); };
  const changed = () => {
    choices += 1;
    since = since || new Date().toISOString();
    keep();
    if (!navigator.onLine) trouble("offline");
    later(WAIT_MS);
  };
  for (const name of ["input", "change"]) document.addEventListener(name, (event) => {
    if (event.target.form && event.target.form === form()) changed();
  });
  addEventListener("online", () => (savesItself ? save() : trouble("")));
  document.addEventListener("visibilitychange", save);
  addEventListener("pagehide", () => {
    if (!savesItself || choices === saved || form().dataset.raSent) return;
    const body = new URLSearchParams([...pairs(), ["do", "keep"], ["csrfmiddlewaretoken", form().elements.csrfmiddlewaretoken.value]]);
    fetch(location.pathname, { method: "POST", keepalive: true, headers: { "HX-Request": "true" }, body }).catch(() => {});
  });
  document.addEventListener("htmx:beforeRequest", (event) => { if (isOurs(event)) event.detail.xhr.raChoices = choices; });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 401) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { xhr } = event.detail, { status } = xhr, token = xhr.getResponseHeader("X-Fresh-Token");
    if (status === 401) { failed.hidden = true; return; }
    if (status === 403 && token) {  // signed in again in another tab
      form().querySelector("[name=csrfmiddlewaretoken]").value = token;
      document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
      failed.hidden = true;
      if (isOurs(event)) later(0);
      else htmx.trigger(event.detail.elt, "click");
      return;
    }
    if (!isOurs(event)) { if (event.detail.successful) failed.hidden = true; return; }
    if (status === 200) {
      trouble("");
      document.getElementById("signed-out").replaceChildren();
      if (xhr.raChoices !== choices) return;
      saved = choices;
      failed.hidden = true;
      if (xhr.getResponseHeader("X-Saved") === "yes") { since = ""; storage.removeItem(KEY); }
      else keep();  // with the marks of what stands now
    } else if (status >= 500 || status === 429 || !status) {
      trouble(navigator.onLine ? "unsaved" : "offline");
      later(RETRY_MS);
    } else trouble("refused");
  });
  for (const name of ["htmx:sendError", "htmx:responseError"]) document.addEventListener(name, (event) => { if (!isOurs(event)) failed.hidden = false; });

  // -- a slow server ------------------------------------------------------------------------------------------------------
  // What is typed while the button of a row waits is put into the rows that come back, by their uid; a further press waits.

  let asked = null, typed = new Map(), at = null, pressed = "";
  const queue = [];
  const isRows = (event) => event.detail.elt.name === "do" && (event.detail.elt.form === form() || !event.detail.elt.isConnected);
  const keyOf = (name) => {
    const parts = name.match(/^([a-z]+-\d+)-(\w+)$/), uid = parts && form().elements[`${parts[1]}-uid`];
    return uid && uid.value ? `${uid.value}:${parts[2]}` : name;
  };
  const standing = () => {
    const found = new Map([...form().elements].filter((each) => each.name && each.type !== "hidden" && each.name !== "do").map((each) => [keyOf(each.name), []]));
    for (const [name, value] of pairs()) if (found.has(keyOf(name))) found.get(keyOf(name)).push(value);
    return found;
  };
  const putBack = () => {
    for (const control of form().elements) {
      const values = control.name && control.name !== "do" && typed.get(keyOf(control.name));
      if (!values) continue;
      if (control.type === "checkbox" || control.type === "radio") control.checked = values.includes(control.value);
      else if (control.value !== (values[0] || "")) control.value = values[0] || "";
    }
  };
  const sameRow = (value) => {  // the same press where rows have other numbers by now
    const [, what, prefix, index, rest] = value.match(/^([a-z]+)-([a-z]+)(?:-(\d+))?(:.*)?$/) || [];
    const uid = index && form().elements[`${prefix}-${index}-uid`];
    return uid ? () => {
      const now = [...form().querySelectorAll('input[type="hidden"][name$="-uid"]')].find((each) => each.value === uid.value);
      return now ? `${what}-${now.name.slice(0, -4)}${rest || ""}` : "";
    } : () => value;
  };
  const nextPress = () => {
    const value = queue.length ? queue.shift().place() : "";
    const button = value && [...form().querySelectorAll('button[name="do"]')].find((each) => each.value === value);
    if (button) button.click();
    else if (queue.length) nextPress();
  };
  document.addEventListener("htmx:confirm", (event) => {
    if (!isRows(event) || !asked) return;
    event.preventDefault();
    const { value } = event.detail.elt, goesOn = /^(up|down|find)-/.test(value);
    if ((value === pressed && !goesOn) || (queue.some((each) => each.value === value) && !/^(up|down)-/.test(value))) return;  // pressed twice for the wait
    queue.push({ value, place: sameRow(value) });
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isRows(event)) [asked, typed, pressed] = [standing(), new Map(), event.detail.elt.value];
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!asked || event.detail.target !== form()) return;
    for (const [key, values] of standing()) if (JSON.stringify(values) !== JSON.stringify(asked.get(key))) typed.set(key, values);
    const focused = document.activeElement, key = focused && focused.name && keyOf(focused.name);
    at = typed.has(key) ? { key, value: focused.type === "checkbox" || focused.type === "radio" ? focused.value : null, from: focused.selectionStart, to: focused.selectionEnd } : null;
  });
  document.addEventListener("htmx:afterSwap", () => { if (asked && form()) putBack(); });
  document.addEventListener("htmx:afterSettle", () => {
    if (!asked || !form()) return;
    putBack();  // settling gives hidden fields the values of the page again
    const writing = at && [...form().elements].find((each) => each.name && keyOf(each.name) === at.key && each.type !== "hidden" && (at.value === null || each.value === at.value));
    if (writing) {
      writing.focus();
      if (typeof at.from === "number" && writing.setSelectionRange) try { writing.setSelectionRange(at.from, at.to); } catch { /* a field without a caret */ }
    }
    [asked, typed, at] = [null, new Map(), null];
    changed();  // a row more or less is typed, too
    nextPress();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isRows(event) || event.detail.successful) return;
    asked = null;
    queue.length = 0;
  });

  // The page after saving forgets (ra.js); the same page with a sentence on what is wrong keeps, and so does what is typed
  // after the press.
  let sent = 0;
  addEventListener("pagehide", () => { if (form().dataset.raSent && choices !== sent) sessionStorage.removeItem("ra-sent"); });
  document.addEventListener("submit", (event) => {
    if (event.target !== form() || event.defaultPrevented) return;
    sent = choices;
    keep();
    sessionStorage.setItem("ra-sent", JSON.stringify({ key: KEY, path: location.pathname }));
  });

  // Whoever comes back to the page as it stands is asked; what is shown is never changed under somebody's hands.
  const written = (all) => JSON.stringify(all.filter(([name]) => !name.endsWith("-uid")));  // a blank row has a new one each time
  if (!kept || form().dataset.raFresh === undefined || written(kept.pairs) === written(pairs())) return;
  for (const part of box.querySelectorAll("[data-ra-since]")) part.textContent = clock(kept.since);
  box.hidden = false;
  box.querySelector("[data-ra-bring]").addEventListener("click", () => {
    const token = form().querySelector("input[name=csrfmiddlewaretoken]"), again = document.createElement("form");
    again.method = "post";
    again.action = location.pathname;
    for (const [name, value] of [...kept.pairs, ["do", "bring"], ["csrfmiddlewaretoken", token.value]]) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      again.append(field);
    }
    document.body.append(again);
    again.submit();
  });
  box.querySelector("[data-ra-drop-typed]").addEventListener("click", () => {
    storage.removeItem(KEY);
    box.hidden = true;
  });
})();
