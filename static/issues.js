// Keys and small comforts of issue lists and pages (ui.md 8). Everything here has a way without it.
(function () {
  "use strict";
  const body = document.body;
  const quiet = function (event) {
    // The second key of a pair such as "g i" is taken already.
    return event.defaultPrevented || !("shortcuts" in body.dataset) || event.ctrlKey || event.altKey || event.metaKey ||
      event.target.matches("input:not([type=checkbox]),textarea,select,[contenteditable]") || document.querySelector("dialog[open]");
  };

  document.querySelectorAll("[data-news]").forEach(news);

  // Tells what is new since the page was made, and changes nothing else. Asks every 30 s while somebody looks.
  function news(place) {
    const said = place.querySelector("[data-news-text]");
    let pace = 30000, tag = "", waiting = 0;
    function later() {
      clearTimeout(waiting);
      waiting = setTimeout(ask, pace);
    }
    function tell(text) {
      said.textContent = text;
      place.hidden = !text;
    }
    function ask() {
      if (document.hidden) return later();
      fetch(place.dataset.news, { headers: { accept: "application/json", "if-none-match": tag }, cache: "no-store", redirect: "error" })
        .then(function (answer) {
          if (answer.status !== 200 && answer.status !== 304) return Promise.reject(answer.status);
          if (answer.status === 304) return null;
          tag = answer.headers.get("etag") || "";
          return answer.json();
        })
        .then(function (now) { pace = 30000; if (now) tell(now.text); })
        .catch(function () { pace = Math.min(pace * 2, 60000); tag = ""; tell(place.dataset.offline); })
        .then(later);
    }
    document.addEventListener("visibilitychange", function () { if (!document.hidden) ask(); });
    later();
  }

  // Completion of the search (ui.md 6.8): the server says what may stand in the token's place.
  const search = document.querySelector("[data-complete]");
  if (search) complete(search);

  function complete(input) {
    const box = document.createElement("div");
    box.id = "completion";
    box.className = "completion";
    box.setAttribute("role", "listbox");
    box.setAttribute("aria-label", input.getAttribute("aria-label"));
    box.hidden = true;
    input.form.append(box);
    Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": box.id, "aria-expanded": "false" })
      .forEach(function (pair) { input.setAttribute(pair[0], pair[1]); });
    let timer = 0, asked = 0, at = -1, options = [], waits = false;

    // From where to where the token reaches that the caret is in.
    function token() {
      const text = input.value, caret = input.selectionStart;
      let start = 0, quoted = false;
      for (let i = 0; i < caret; i++) {
        if (text[i] === '"' && text[i - 1] !== "\\") quoted = !quoted;
        if (!quoted && /\s/.test(text[i])) start = i + 1;
      }
      const rest = quoted ? text.length - caret : text.slice(caret).search(/\s|$/);
      return { start: start, end: caret + rest, text: text.slice(start, caret) };
    }
    function recent() {
      try { return JSON.parse(localStorage.getItem("searches") || "[]"); } catch (_) { return []; }
    }
    function close() {
      clearTimeout(timer);
      asked++;
      waits = false;
      at = -1;
      box.hidden = true;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }
    function mark(to) {
      if (!options.length) return;
      at = (to + options.length) % options.length;
      options.forEach(function (option, place) { option.setAttribute("aria-selected", place === at); });
      options[at].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", options[at].id);
    }
    function choose(option) {
      const place = token(), value = option.dataset.insert, more = value.endsWith(":");
      if (option.dataset.whole) input.value = value;
      else {
        input.setRangeText(value + (more ? "" : " "), place.start, place.end, "end");
      }
      close();
      input.focus();
      if (more) ask();
    }
    function show(sections) {
      box.textContent = "";
      options = [];
      sections.forEach(function (section, number) {
        const group = document.createElement("div"), title = document.createElement("p");
        group.setAttribute("role", "group");
        group.setAttribute("aria-labelledby", title.id = "completion-" + number);
        title.textContent = section.title;
        group.append(title);
        section.items.forEach(function (item) {
          const option = document.createElement("div"), note = document.createElement("span");
          option.id = "completion-option-" + options.length;
          option.setAttribute("role", "option");
          option.setAttribute("aria-selected", "false");
          option.dataset.insert = item.insert;
          if (item.whole) option.dataset.whole = "1";
          option.textContent = item.insert;
          note.textContent = item.note || "";
          option.append(note);
          options.push(option);
          group.append(option);
        });
        box.append(group);
      });
      at = -1;
      waits = false;
      box.hidden = !options.length;
      input.setAttribute("aria-expanded", String(!box.hidden));
    }
    function ask() {
      clearTimeout(timer);
      waits = true;
      timer = setTimeout(function () {
        const own = ++asked, place = token();
        fetch(input.dataset.complete + encodeURIComponent(place.text)).then(function (answer) {
          return answer.ok ? answer.json() : [];
        }).then(function (sections) {
          if (own !== asked || document.activeElement !== input) return;
          const known = place.text ? [] : recent().map(function (query) { return { insert: query, whole: true }; });
          show(known.length ? [{ title: input.dataset.recent, items: known }].concat(sections) : sections);
        }).catch(close);
      }, 120);
    }

    input.addEventListener("input", ask);
    input.addEventListener("click", ask);
    input.addEventListener("blur", close);
    box.addEventListener("mousedown", function (event) {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) choose(option);
    });
    input.addEventListener("keydown", function (event) {
      if (event.isComposing) return;
      if (event.key === "ArrowDown" && box.hidden) { ask(); event.preventDefault(); return; }
      // Without this the browser clears the field.
      if (event.key === "Escape" && (waits || !box.hidden)) { close(); event.stopPropagation(); event.preventDefault(); return; }
      if (box.hidden) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) mark(at < 0 && step < 0 ? -1 : at + step);
      else if ((event.key === "Enter" && at >= 0) || (event.key === "Tab" && !event.shiftKey)) choose(options[Math.max(at, 0)]);
      else return;
      event.preventDefault();
    });
    input.form.addEventListener("submit", function () {
      const query = input.value.trim();
      if (!query) return;
      const all = [query].concat(recent().filter(function (other) { return other !== query; })).slice(0, 3);
      try { localStorage.setItem("searches", JSON.stringify(all)); } catch (_) { /* private windows have no storage */ }
    });
  }

  const form = document.querySelector("[data-issues]");
  if (form) list(form);
  const page = document.querySelector("[data-issue-page]");
  if (page) issue(page);

  function list(form) {
    const rows = Array.from(form.querySelectorAll("[data-issue]"));
    const box = function (row) { return row.querySelector("input[name=id]"); };
    const all = form.querySelector("[data-select-all]");
    const selected = form.querySelector("[data-selected]");
    let at = -1;

    try {
      sessionStorage.setItem("issues", JSON.stringify(rows.map(function (row) { return row.querySelector(".title").href; })));
      sessionStorage.setItem("issues-at", location.href.split("#")[0]);
    } catch (_) { /* private windows have no storage */ }

    function count() {
      const n = rows.filter(function (row) { return box(row).checked; }).length;
      if (selected) selected.textContent = n ? selected.dataset.selected.replace("#", n) : "";
      if (all) { all.checked = n === rows.length; all.indeterminate = n > 0 && n < rows.length; }
    }
    function go(to) {
      if (rows[at]) rows[at].classList.remove("current");
      at = Math.max(0, Math.min(rows.length - 1, to));
      rows[at].classList.add("current");
      rows[at].scrollIntoView({ block: "nearest" });
      rows[at].querySelector(".title").focus({ preventScroll: true });
    }
    function act(action) {
      if (!rows.some(function (row) { return box(row).checked; })) {
        if (!rows[at]) return;
        box(rows[at]).checked = true;
      }
      const button = form.querySelector('button[value="' + action + '"]');
      if (button) form.requestSubmit(button);
    }
    function open(menu) {
      const details = form.querySelector('[data-menu="' + menu + '"]');
      if (!details) return;
      if (rows[at] && !rows.some(function (row) { return box(row).checked; })) { box(rows[at]).checked = true; count(); }
      details.open = true;
      details.querySelector("button").focus();
    }

    // The way back from an issue leads to its row.
    const left = /^#issue-(\d+)$/.exec(location.hash);
    if (left) {
      const row = rows.findIndex(function (row) { return box(row).value === left[1]; });
      if (row >= 0) go(row);
    }
    form.addEventListener("change", function (event) {
      if (event.target === all) rows.forEach(function (row) { box(row).checked = all.checked; });
      count();
    });
    // The empty area of a row selects it.
    form.addEventListener("click", function (event) {
      const row = event.target.closest("[data-issue]");
      if (!row || event.target.closest("a,button,input,label,summary") || String(getSelection())) return;
      box(row).checked = !box(row).checked;
      count();
    });
    document.addEventListener("keydown", function (event) {
      if (quiet(event)) return;
      const row = rows[at];
      const keys = {
        j: function () { go(at + 1); }, k: function () { go(at - 1); },
        J: function () { if (row) box(row).checked = true; go(at + 1); box(rows[at]).checked = true; count(); },
        K: function () { if (row) box(row).checked = true; go(at - 1); box(rows[at]).checked = true; count(); },
        o: function () { if (row) row.querySelector(".title").click(); },
        O: function () { if (row) window.open(row.querySelector(".title").href, "_blank", "noopener"); },
        x: function () { if (row) { box(row).checked = !box(row).checked; count(); } },
        X: function () { if (all) all.click(); },
        r: function () { act("resolve"); }, R: function () { act("resolve-next"); },
        s: function () { act("bookmark"); }, m: function () { if (form.querySelectorAll("input[name=id]:checked").length > 1) act("merge"); }, "#": function () { act("delete"); },
        i: function () { open("i"); }, a: function () { open("a"); }
      };
      if (!keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
    count();
  }

  function issue(page) {
    // Looking at an issue marks it as seen; a GET changes nothing, so the script says it.
    if (page.dataset.visit) {
      const fields = new URLSearchParams({ id: page.dataset.id, action: "seen", quiet: "1" });
      fetch(page.dataset.visit, { method: "POST", body: fields, redirect: "manual", keepalive: true }).catch(function () {});
    }
    let known = [];
    try { known = JSON.parse(sessionStorage.getItem("issues") || "[]"); } catch (_) { /* none */ }
    const back = page.querySelector(".back");
    const own = known.findIndex(function (href) { return location.href.indexOf(href) === 0; });
    const number = /\/issues\/(\d+)\//.exec(location.pathname);
    try {
      if (back && own >= 0 && number && sessionStorage.getItem("issues-at")) {
        back.href = sessionStorage.getItem("issues-at") + "#issue-" + number[1];
      }
    } catch (_) { /* stays */ }
    const beside = page.querySelector("[data-neighbours]");
    if (beside && own >= 0) {
      [["[data-previous-issue]", known[own - 1]], ["[data-next-issue]", known[own + 1]]].forEach(function (pair) {
        const link = beside.querySelector(pair[0]);
        if (pair[1]) link.href = pair[1]; else link.remove();
      });
      beside.hidden = !beside.querySelector("a");
    }
    const frames = Array.from(page.querySelectorAll("[data-frame]"));
    let at = -1;

    function frame(step) {
      if (!frames.length) return;
      at = Math.max(0, Math.min(frames.length - 1, at + step));
      if (frames[at].tagName === "DETAILS") frames[at].open = true;
      frames[at].scrollIntoView({ block: "start" });
    }
    function tab() {
      const tabs = Array.from(page.querySelectorAll(".tabs a"));
      const current = tabs.findIndex(function (link) { return link.hasAttribute("aria-current"); });
      tabs[(current + 1) % tabs.length].click();
    }
    function expand() {
      const all = Array.from(page.querySelectorAll("details.fr,details.run"));
      const open = !all.every(function (details) { return details.open; });
      all.forEach(function (details) { details.open = open; });
    }
    function copyMarkdown() {
      const link = page.querySelector("[data-markdown]");
      if (!link) return;
      fetch(link.href).then(function (answer) { return answer.text(); }).then(copy);
    }
    function copy(text) {
      const button = document.createElement("button");
      button.dataset.copyText = text;
      button.hidden = true;
      body.append(button);
      button.click();
      button.remove();
    }
    document.addEventListener("keydown", function (event) {
      if (quiet(event)) return;
      const keys = {
        j: function () { if (own >= 0 && known[own + 1]) location.href = known[own + 1]; },
        k: function () { if (own > 0) location.href = known[own - 1]; },
        n: function () { frame(1); }, p: function () { frame(-1); },
        e: expand, t: tab, c: copyMarkdown,
        y: function () { copy(location.href); }
      };
      if (!keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
  }
})();
