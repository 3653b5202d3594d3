// Building nodes. Data reaches the page only as text nodes and attributes, never as HTML.

/** `h("button", {class: "x", on: {click}}, "text", node)`: falsy attributes and children are left out. */
export function h(tag, props = {}, ...kids) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "on") for (const [type, run] of Object.entries(value)) node.addEventListener(type, run);
    else if (key === "data") for (const [k, v] of Object.entries(value)) { if (v !== undefined && v !== null) node.dataset[k] = v; }
    else if (key === "value") node.value = value;
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  append(node, kids);
  return node;
}

export function append(node, kids) {
  for (const kid of kids.flat(Infinity)) {
    if (kid === undefined || kid === null || kid === false || kid === "") continue;
    node.append(kid);
  }
  return node;
}

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  hash: "M9 4 7 20M17 4l-2 16M4.5 9h16M3.5 15h16",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  shared: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.300l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3A4 4 0 0 0 11 18.700l1-1",
  home: "M4 11.500 12 5l8 6.500V20h-5.500v-5h-5v5H4z",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6 6 18",
  back: "M14.500 6 8.500 12l6 6",
  down: "M6.500 9.500 12 15l5.500-5.500",
  clip: "M19 11.500 12 18.500a4.500 4.500 0 0 1-6.400-6.400l7.400-7.400a3 3 0 0 1 4.300 4.300l-7.400 7.300a1.500 1.500 0 0 1-2.100-2.100l6.500-6.500",
  send: "M4.500 12 20 4.500 15 20l-3.500-6.500zM11.500 13.500 20 4.500",
  bolt: "M13 3 5 14h6l-1 7 9-12h-6.500z",
  more: "M5.500 12h.01M12 12h.01M18.500 12h.01",
  reply: "M5 5h14v10.500h-8L7 19v-3.500H5z",
  smile: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17M9 10h.01M15 10h.01M8.500 14a4.500 4.500 0 0 0 7 0",
  file: "M7 3.500h7l4 4V20.500H7zM14 3.500v4h4",
  download: "M12 4v11M7.500 11 12 15.500 16.500 11M5 19.500h14",
  clock: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17M12 7.500V12l3 2",
  calendar: "M4.500 6h15v14h-15zM4.500 10.500h15M8.500 3.500V8M15.500 3.500V8",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 2.500-2.500L20 17M15.500 9h.01",
  eye: "M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12M12 9.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5",
  check: "M5 12.500 10 17.500 19.500 7",
  help: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17M9.500 9.500a2.500 2.500 0 1 1 3.500 2.300c-.700.300-1 .900-1 1.700M12 16.500h.01",
  pair: "M9 7.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9M15 7.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9",
};

/** A drawn icon, hidden from assistive technology: the button around it carries the label. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon icon-${name}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

export function iconButton(name, label, run, props = {}) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, ...props, on: { click: run } }, icon(name));
}

export function avatar(user, size = "") {
  const name = user?.real_name || user?.name || "?";
  if (user?.is_bot && !user.id?.startsWith("B")) return h("span", { class: `avatar bot ${size}`, "aria-hidden": "true" }, icon("pair"));
  const letters = name.split(/\s+/).filter(Boolean).map((word) => word[0]).slice(0, 2).join("").toUpperCase();
  let sum = 0;
  for (const c of user?.id ?? name) sum = (sum * 33 + c.codePointAt(0)) % 8191;
  return h("span", { class: `avatar tint-${sum % 8} ${size}`, "aria-hidden": "true" }, letters);
}

/** The address when it is http, https or mailto; otherwise null, and the caller shows text instead of a link. */
export function safeHref(address) {
  try {
    const url = new URL(address);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

export function link(address, ...label) {
  const href = safeHref(address);
  if (!href) return h("span", { class: "dead-link", title: "This address is not a web or mail address" }, label);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, label);
}

/** Runs `change`, then puts the focus back on the element with the same hooks if it was replaced. */
export function keepingFocus(root, change) {
  const held = document.activeElement;
  const inside = held && held !== root && root.contains(held);
  const hooks = inside ? hooksOf(held, root) : null;
  change();
  if (hooks && !held.isConnected) root.querySelector(hooks)?.focus({ preventScroll: true });
}

function hooksOf(node, root) {
  const parts = [];
  for (let at = node; at && at !== root; at = at.parentElement) {
    for (const key of ["data-test", "data-action-id", "data-block-id", "data-ts"]) {
      if (at.hasAttribute(key)) { parts.unshift(`[${key}="${CSS.escape(at.getAttribute(key))}"]`); break; }
    }
  }
  return parts.join(" ") || null;
}
