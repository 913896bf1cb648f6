// Asks a security key, and posts its answer with the form around the element.
(function () {
  "use strict";
  function bytes(text) {
    const base64 = text.replace(/-/g, "+").replace(/_/g, "/");
    return Uint8Array.from(atob(base64), function (char) { return char.charCodeAt(0); });
  }
  function text(buffer) {
    const binary = Array.from(new Uint8Array(buffer), function (byte) { return String.fromCharCode(byte); }).join("");
    return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function prepared(options) {
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    (options.allowCredentials || options.excludeCredentials || []).forEach(function (known) { known.id = bytes(known.id); });
    return options;
  }
  function answer(credential) {
    const response = credential.response;
    const fields = { clientDataJSON: text(response.clientDataJSON) };
    if (response.attestationObject) fields.attestationObject = text(response.attestationObject);
    if (response.authenticatorData) fields.authenticatorData = text(response.authenticatorData);
    if (response.signature) fields.signature = text(response.signature);
    if (response.userHandle) fields.userHandle = text(response.userHandle);
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, extensions: {}, response: fields });
  }
  document.querySelectorAll("[data-security-key]").forEach(function (place) {
    if (!window.PublicKeyCredential) return;
    const form = place.closest("form"), button = place.querySelector("button");
    place.hidden = false;
    button.addEventListener("click", function () {
      if (!form.reportValidity()) return;
      const options = { publicKey: prepared(JSON.parse(place.dataset.options).publicKey) };
      const asked = place.dataset.securityKey === "create" ? navigator.credentials.create(options) : navigator.credentials.get(options);
      button.disabled = true;
      asked.then(function (credential) {
        const field = document.createElement("input");
        field.type = "hidden";
        field.name = place.dataset.field;
        field.value = answer(credential);
        form.append(field);
        form.submit();
      }).catch(function () {
        const message = document.createElement("p");
        message.className = "problem";
        message.setAttribute("role", "alert");
        message.textContent = place.dataset.failed;
        place.querySelectorAll(".problem").forEach(function (old) { old.remove(); });
        place.append(message);
        button.disabled = false;
      });
    });
  });
})();
