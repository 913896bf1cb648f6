(function () {
  "use strict";
  // Everything in braces is a JSON literal written by the server.
  var texts = {{ texts }};
  var wrapper = document.createElement("div");
  wrapper.className = "picket-report-wrapper";
  wrapper.innerHTML = {{ html }};
  var form = wrapper.querySelector("form");
  var message = wrapper.querySelector(".picket-report-message");

  function close() {
    document.removeEventListener("keydown", onKey);
    if (wrapper.parentNode) wrapper.parentNode.removeChild(wrapper);
    window.postMessage("__sentry_reportdialog_closed__", "*");
  }

  function onKey(event) {
    if (event.key === "Escape") close();
  }

  function say(text) {
    message.textContent = text;
    message.hidden = false;
  }

  function showErrors(errors) {
    wrapper.querySelectorAll(".picket-report-errors").forEach(function (list) { list.remove(); });
    Object.keys(errors).forEach(function (field) {
      var input = form.elements.namedItem(field);
      if (!input) return;
      var list = document.createElement("ul");
      list.className = "picket-report-errors";
      errors[field].forEach(function (text) {
        var item = document.createElement("li");
        item.textContent = text;
        list.appendChild(item);
      });
      input.insertAdjacentElement("afterend", list);
    });
  }

  function answered(request) {
    form.querySelector("[type=submit]").disabled = false;
    if (request.status === 200) {
      wrapper.querySelector(".picket-report-fields").remove();
      form.querySelector("[type=submit]").remove();
      say(texts.success);
      return;
    }
    var errors = null;
    try { errors = JSON.parse(request.responseText).errors; } catch (error) { /* not JSON: an unknown error */ }
    if (request.status === 400 && errors) {
      showErrors(errors);
      say(texts.errorFormEntry);
    } else {
      say(texts.errorGeneric);
    }
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    form.querySelector("[type=submit]").disabled = true;
    var request = new XMLHttpRequest();
    request.open("POST", form.getAttribute("action"));
    request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
    request.onload = function () { answered(request); };
    request.onerror = function () { answered(request); };
    request.send(["name", "email", "comments"].map(function (name) {
      return name + "=" + encodeURIComponent(form.elements.namedItem(name).value);
    }).join("&"));
  });
  wrapper.querySelector(".picket-report-close").addEventListener("click", close);
  wrapper.addEventListener("click", function (event) { if (event.target === wrapper) close(); });
  document.addEventListener("keydown", onKey);
  document.body.appendChild(wrapper);
  form.elements.namedItem("name").focus();
})();
