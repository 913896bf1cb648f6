// Completes @people and #teams in comments. Without it names are typed in full.
(function () {
  "use strict";
  document.querySelectorAll("[data-comment]").forEach(function (form) {
    const field = form.querySelector("textarea");
    const list = document.createElement("ul");
    let known = null, shown = [], at = 0, start = 0;
    list.className = "suggestions";
    list.id = "suggestions";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", form.dataset.suggestions);
    field.setAttribute("aria-controls", list.id);
    field.setAttribute("aria-autocomplete", "list");
    field.after(list);

    function people() {
      if (!known) {
        known = fetch(form.dataset.mentions, { headers: { accept: "application/json" } })
          .then(function (answer) { return answer.ok ? answer.json() : []; })
          .catch(function () { return []; });
      }
      return known;
    }
    function word() {
      const before = field.value.slice(0, field.selectionStart);
      const found = /(^|[\s(（，。])([@#][^\s()（），。@#]*)$/.exec(before);
      if (!found) return "";
      start = before.length - found[2].length;
      return found[2];
    }
    function hide() {
      list.hidden = true;
      field.removeAttribute("aria-activedescendant");
    }
    function mark(to) {
      at = (to + shown.length) % shown.length;
      Array.from(list.children).forEach(function (item, n) { item.setAttribute("aria-selected", n === at); });
      field.setAttribute("aria-activedescendant", "suggestion-" + at);
    }
    function suggest() {
      const typed = word();
      if (!typed) return hide();
      people().then(function (all) {
        const wanted = typed.slice(1).toLowerCase();
        shown = all.filter(function (person) {
          return person.handle[0] === typed[0] && (person.handle + " " + person.name).toLowerCase().includes(wanted);
        }).slice(0, 8);
        if (!shown.length) return hide();
        list.replaceChildren.apply(list, shown.map(function (person, n) {
          const item = document.createElement("li");
          item.id = "suggestion-" + n;
          item.setAttribute("role", "option");
          item.textContent = person.handle + "  " + person.name;
          item.addEventListener("mousedown", function (event) { event.preventDefault(); take(n); });
          return item;
        }));
        list.hidden = false;
        mark(0);
      });
    }
    function take(n) {
      const end = field.selectionStart;
      field.setRangeText(shown[n].handle + " ", start, end, "end");
      hide();
    }
    field.addEventListener("input", suggest);
    field.addEventListener("blur", hide);
    field.addEventListener("keydown", function (event) {
      if (list.hidden) return;
      const keys = {
        ArrowDown: function () { mark(at + 1); }, ArrowUp: function () { mark(at - 1); },
        Enter: function () { take(at); }, Tab: function () { take(at); }, Escape: hide
      };
      if (!keys[event.key]) return;
      event.preventDefault();
      event.stopPropagation();
      keys[event.key]();
    });
  });
})();
