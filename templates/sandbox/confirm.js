// A question over everything else, answered with two buttons.
import { h } from "./dom.js";
import { plainString, textObject } from "./mrkdwn.js";

/** Block Kit's confirm object; resolves to true or false. */
export function confirmDialog({ title, text, confirm, deny, style }) {
  return new Promise((resolve) => {
    const held = document.activeElement;
    const under = [document.getElementById("app"), document.getElementById("modals")];
    const was = under.map((node) => node.inert);
    const yes = h("button", { type: "button", class: `button ${style === "danger" ? "danger" : "primary"}`, data: { test: "confirm-yes" }, on: { click: () => done(true) } }, plainString(confirm) || "Yes");
    const no = h("button", { type: "button", class: "button", data: { test: "confirm-no" }, on: { click: () => done(false) } }, plainString(deny) || "Cancel");
    const node = h("div", { class: "overlay confirm-overlay" },
      h("div", { class: "dialog confirm", role: "alertdialog", "aria-modal": "true", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text", data: { test: "confirm" } },
        h("h2", { id: "confirm-title" }, plainString(title)), h("div", { id: "confirm-text", class: "mrkdwn" }, textObject(text)),
        h("footer", {}, no, yes)));
    const key = (event) => {
      if (event.key === "Escape") { event.preventDefault(); event.stopImmediatePropagation(); done(false); }
      if (event.key === "Tab") { event.preventDefault(); (document.activeElement === yes ? no : yes).focus(); }
    };
    function done(answer) {
      node.remove();
      removeEventListener("keydown", key, true);
      under.forEach((each, index) => { each.inert = was[index]; });
      held?.focus?.();
      resolve(answer);
    }
    addEventListener("keydown", key, true);
    under.forEach((each) => { each.inert = true; });
    document.body.append(node);
    yes.focus();
  });
}
