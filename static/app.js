// Behaviour by data- attributes; every page reads and works fully without it.
(function () {
  "use strict";
  const base = document.body.dataset.base || "";

  // The zone of the browser, for who chose none: the server writes times in it from the next page on.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = "picket_zone=" + zone + "; Path=" + base + "/; Max-Age=31536000; SameSite=Lax";

  function say(text) {
    const live = document.querySelector("[data-live]");
    if (!live) return;
    live.textContent = text;
    setTimeout(function () { live.textContent = ""; }, 1500);
  }

  // data-copy="#selector" or data-copy-text="…": copies, on plain http by selection.
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-copy],[data-copy-text]");
    if (!button) return;
    const source = button.dataset.copy && document.querySelector(button.dataset.copy);
    const text = button.dataset.copyText || (source ? ("value" in source ? source.value : source.textContent) : "");
    copy(text).then(function () { say(document.body.dataset.copied); });
  });

  // data-copy-url="…": copies what is there.
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-copy-url]");
    if (!button) return;
    fetch(button.dataset.copyUrl)
      .then(function (answer) { return answer.ok ? answer.text() : Promise.reject(answer.status); })
      .then(copy)
      .then(function () { say(document.body.dataset.copied); })
      .catch(function () { location.href = button.dataset.copyUrl; });
  });

  function copy(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    return Promise.resolve();
  }

  // Menus close on outside click and Esc.
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") return walk(event);
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
    else if (document.activeElement && document.activeElement.matches("input,textarea")) document.activeElement.blur();
  });

  // The arrows walk through an open menu.
  function walk(event) {
    const menu = event.target.closest("details.menu[open]");
    const items = menu ? Array.from(menu.querySelectorAll(".menu-items a,.menu-items button")) : [];
    if (!items.length) return;
    const step = event.key === "ArrowDown" ? 1 : -1;
    const at = items.indexOf(event.target);
    items[(at < 0 && step < 0 ? items.length - 1 : at + step + items.length) % items.length].focus();
    event.preventDefault();
  }

  // data-dialog="#part" on a link: that part of the page it leads to opens over this one.
  document.addEventListener("click", function (event) {
    const link = event.target.closest("a[data-dialog]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    fetch(link.href)
      .then(function (answer) { return answer.ok ? answer.text() : Promise.reject(answer.status); })
      .then(function (text) { show(new DOMParser().parseFromString(text, "text/html").querySelector(link.dataset.dialog), link); })
      .catch(function () { location.href = link.href; });
  });

  function show(part, link) {
    const dialog = document.createElement("dialog");
    const close = document.createElement("button");
    dialog.className = "sheet";
    dialog.setAttribute("aria-label", link.textContent);
    close.className = "close";
    close.textContent = link.dataset.close;
    close.addEventListener("click", function () { dialog.close(); });
    // data-where: what is told only on pages that have it.
    part.querySelectorAll("[data-where]").forEach(function (section) {
      if (!document.querySelector(section.dataset.where)) section.remove();
    });
    part.removeAttribute("id");
    dialog.append(close, part);
    dialog.addEventListener("close", function () { dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
  }

  // data-submit-on-change: forms of selects apply themselves.
  document.addEventListener("change", function (event) {
    const form = event.target.closest("form[data-submit-on-change]");
    if (form) form.requestSubmit();
  });

  // Relative times keep up: <time datetime data-relative>.
  function refreshTimes() {
    const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto", style: "short" });
    document.querySelectorAll("time[data-relative]").forEach(function (time) {
      const seconds = (new Date(time.dateTime) - Date.now()) / 1000;
      const steps = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
      const step = steps.find(function (s) { return Math.abs(seconds) >= s[1]; }) || steps[3];
      time.textContent = format.format(Math.round(seconds / step[1]), step[0]);
    });
  }
  setInterval(refreshTimes, 30000);

  // Keys: data-key on links, buttons and fields; "g i" style sequences are written with a blank.
  let pending = "";
  document.addEventListener("keydown", function (event) {
    if (!("shortcuts" in document.body.dataset) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.matches("input,textarea,select,[contenteditable]") || document.querySelector("dialog[open]")) return;
    const key = (pending ? pending + " " : "") + event.key;
    pending = !pending && event.key === "g" ? "g" : "";
    const target = document.querySelector('[data-key="' + CSS.escape(key) + '"]');
    if (!target) return;
    event.preventDefault();
    if (target.matches("input,select,textarea")) target.focus();
    else if (target.matches("details")) { target.open = true; target.querySelector("summary").focus(); }
    else target.click();
  });

  // data-poll="url": the region follows the server; every 2 s, after 10 min every 15 s, never while hidden.
  document.querySelectorAll("[data-poll]").forEach(function (region) {
    const begun = Date.now();
    let failures = 0;
    function later() {
      const pace = Date.now() - begun < 600000 ? 2000 : 15000;
      setTimeout(ask, Math.min(pace * Math.pow(2, failures), 60000));
    }
    function ask() {
      if (document.hidden) return later();
      fetch(region.dataset.poll, { headers: { accept: "application/json" } })
        .then(function (answer) { return answer.ok ? answer.json() : Promise.reject(answer.status); })
        .then(function (now) {
          failures = 0;
          if (region.dataset.state !== now.html) { exchange(region, now.html); region.dataset.state = now.html; }
          refreshTimes();
          if (!now.done) return later();
          const outcome = region.querySelector("[role=status]");
          if (outcome) say(outcome.textContent);
        })
        .catch(function () { failures = Math.min(failures + 1, 5); later(); });
    }
    later();
  });

  // Who stood on a button still stands on it, or, if it is gone, on a link, which changes nothing by mistake.
  function exchange(region, html) {
    const held = document.activeElement;
    const name = region.contains(held) ? held.textContent : "";
    region.innerHTML = html;
    if (!name) return;
    const places = Array.from(region.querySelectorAll("a,button"));
    const place = places.find(function (other) { return other.textContent === name; }) || region.querySelector("a");
    if (place) place.focus({ preventScroll: true });
  }

  // data-filter="#selector": a field that hides what does not match.
  document.querySelectorAll("[data-filter]").forEach(function (field) {
    field.classList.remove("hidden");
    field.addEventListener("input", function () {
      const wanted = field.value.trim().toLowerCase();
      document.querySelectorAll(field.dataset.filter).forEach(function (item) {
        item.hidden = !item.textContent.toLowerCase().includes(wanted);
      });
    });
  });

  refreshTimes();
  window.picket = { base: base, say: say };
})();
