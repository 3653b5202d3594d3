// What floats over the page: menus, option lists and the calendar. One is open at a time.
import { h, icon, iconButton } from "./dom.js";
import { monthLabel } from "./time.js";

let open = null;

export function closePopover(refocus = false) {
  if (!open) return;
  const { node, anchor, find, onClose } = open;
  open = null;
  node.remove();
  const target = anchor.isConnected ? anchor : find?.();
  target?.setAttribute("aria-expanded", "false");
  if (refocus) target?.focus();
  onClose?.();
}

/**
 * Puts `content` under `anchor`. The popover lives apart from the anchor's surface, so it survives a re-render;
 * `find` names the anchor's replacement.
 */
export function openPopover(anchor, content, { onClose, label, className = "", find } = {}) {
  const again = open?.anchor === anchor;
  closePopover();
  if (again) { anchor.focus(); return null; }
  const node = h("div", { class: `popover ${className}`, "aria-label": label, role: label ? "dialog" : null }, content);
  document.getElementById("layer").append(node);
  anchor.setAttribute("aria-expanded", "true");
  open = { node, anchor, find, onClose };
  place();
  return node;
}

function place() {
  if (!open) return;
  const anchor = open.anchor.isConnected ? open.anchor : open.find?.();
  if (!anchor) return;
  open.anchor = anchor;
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = open.node;
  const below = at.bottom + 4 + height <= innerHeight - 8 || at.top - 4 - height < 8;
  const top = below ? Math.min(at.bottom + 4, innerHeight - height - 8) : at.top - 4 - height;
  if (!open.node.matches(".calendar")) open.node.style.minWidth = `${Math.min(Math.max(at.width, 200), innerWidth - 16)}px`;
  open.node.style.left = `${Math.max(8, Math.min(at.left, innerWidth - open.node.offsetWidth - 8))}px`;
  open.node.style.top = `${Math.max(8, top)}px`;
}
export const replacePopover = place;

addEventListener("resize", place);
addEventListener("scroll", place, true);
addEventListener("pointerdown", (event) => {
  if (open && !open.node.contains(event.target) && !open.anchor.contains(event.target)) closePopover();
}, true);
addEventListener("keydown", (event) => {
  if (!open || (event.key !== "Escape" && !(event.key === "Tab" && open.node.matches(".closes-on-tab")))) return;
  if (event.key === "Escape") { event.preventDefault(); event.stopImmediatePropagation(); }
  closePopover(true);
}, true);

/** A menu of actions: `[{label, run, danger?, value?, note?, lead?} | "line"]`. */
export function openMenu(anchor, items, { label = "Menu", find } = {}) {
  const list = h("div", { role: "menu", "aria-label": label, class: "menu" }, items.map((item) => {
    if (item === "line") return h("div", { role: "separator", class: "menu-line" });
    return h("button", {
      type: "button", role: item.checked === undefined ? "menuitem" : "menuitemradio", tabindex: "-1",
      "aria-checked": item.checked === undefined ? null : String(item.checked),
      class: `menu-item${item.danger ? " danger" : ""}`, data: { value: item.value, test: item.test, user: item.user },
      on: { click: () => { closePopover(true); item.run(); } },
    }, item.lead, h("span", { class: "menu-words" }, h("span", {}, item.label), item.note && h("small", {}, item.note)), item.tail);
  }));
  list.addEventListener("keydown", (event) => {
    const all = [...list.querySelectorAll("button")];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all.at(to >= all.length ? 0 : to)?.focus();
  });
  if (openPopover(anchor, list, { className: "menu-popover closes-on-tab", find })) list.querySelector("button")?.focus();
}

let serial = 0;
/**
 * A list to choose from, with a search field. `source(query)` gives (a promise of)
 * `[{label, options: [{value, label, note?, lead?}]}]`; `chosen()` the values that are set.
 */
export function openPicker(anchor, { source, chosen, onPick, onClose, multi = false, label, placeholder = "Search", minQuery = 0, find }) {
  serial += 1;
  const id = `list-${serial}`;
  const search = h("input", {
    type: "text", class: "picker-search", role: "combobox", "aria-expanded": "true", "aria-controls": id, "aria-autocomplete": "list",
    "aria-label": label || placeholder, placeholder, autocomplete: "off", spellcheck: "false", data: { test: "picker-search" },
  });
  const list = h("div", { id, role: "listbox", class: "picker-list", "aria-multiselectable": multi ? "true" : null, "aria-label": label || "Options" });
  let active = 0;
  let turn = 0;
  const rows = () => [...list.querySelectorAll("[role=option]")];
  const mark = (to, scroll = true) => {
    const all = rows();
    active = Math.max(0, Math.min(to, all.length - 1));
    all.forEach((row, index) => row.classList.toggle("active", index === active));
    const row = all[active];
    if (row) { search.setAttribute("aria-activedescendant", row.id); if (scroll) row.scrollIntoView({ block: "nearest" }); } else search.removeAttribute("aria-activedescendant");
  };
  const pick = (option) => {
    if (!option) return;
    onPick(option);
    if (multi) { fill(true); search.focus(); } else closePopover(true);
  };
  async function fill(stay = false) {
    turn += 1;
    const mine = turn;
    const query = search.value.trim();
    let groups = [];
    if (query.length < minQuery) {
      list.replaceChildren(h("p", { class: "picker-note" }, `Type ${minQuery === 1 ? "a letter" : `${minQuery} letters`} to search.`));
    } else {
      const result = source(query);
      if (result instanceof Promise) list.replaceChildren(h("p", { class: "picker-note" }, "Searching…"));
      groups = await result;
      if (mine !== turn) return;
      const set = chosen();
      let n = 0;
      const drawn = groups.filter((group) => group.options.length).map((group) => {
        const options = group.options.map((option) => {
          n += 1;
          const on = set.includes(option.value);
          return h("div", { id: `${id}-${n}`, role: "option", class: "picker-option", "aria-selected": String(on), data: { value: option.value },
            on: { click: () => pick(option), pointermove: (event) => mark(rows().indexOf(event.currentTarget), false) } },
          option.lead, h("span", { class: "menu-words" }, h("span", {}, option.label), option.note && h("small", {}, option.note)), on && icon("check"));
        });
        return group.label ? h("div", { role: "group", "aria-label": group.label }, h("div", { class: "picker-group", "aria-hidden": "true" }, group.label), options) : options;
      });
      list.replaceChildren(...drawn.flat(2));
      if (!n) list.replaceChildren(h("p", { class: "picker-note" }, "Nothing matches."));
    }
    const first = rows().findIndex((row) => row.getAttribute("aria-selected") === "true");
    mark(stay ? active : query || first < 0 ? 0 : first);
    place();
  }
  search.addEventListener("input", () => fill());
  search.addEventListener("keydown", (event) => {
    const to = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + 8, PageUp: active - 8 }[event.key];
    if (to !== undefined) { event.preventDefault(); mark(to); }
    if (event.key === "Enter") { event.preventDefault(); event.stopPropagation(); rows()[active]?.click(); }
  });
  if (openPopover(anchor, [search, list], { onClose, label: label || "Options", className: "picker closes-on-tab", find })) {
    fill();
    search.focus();
  }
}

/** A month to choose a day from; `value` and the answer are `2026-03-16`. */
export function openCalendar(anchor, { value, today, onPick, label = "Choose a date", find }) {
  const iso = (date) => date.toISOString().slice(0, 10);
  let cursor = new Date(`${value || today}T00:00:00Z`);
  if (Number.isNaN(cursor.getTime())) cursor = new Date(`${today}T00:00:00Z`);
  const title = h("span", { class: "calendar-title", "aria-live": "polite" });
  const grid = h("div", { class: "calendar-grid", role: "grid" });
  const typed = h("input", { type: "text", class: "picker-search", placeholder: "YYYY-MM-DD", "aria-label": "Date as YYYY-MM-DD", autocomplete: "off", data: { test: "calendar-typed" } });
  const choose = (day) => { closePopover(true); onPick(day); };
  const turn = (months) => { cursor = new Date(Date.UTC(cursor.getUTCFullYear(), cursor.getUTCMonth() + months, 1)); draw(false); };
  function draw(focus = true) {
    const [year, month] = [cursor.getUTCFullYear(), cursor.getUTCMonth()];
    title.textContent = monthLabel(year, month);
    const start = new Date(Date.UTC(year, month, 1));
    start.setUTCDate(1 - ((start.getUTCDay() + 6) % 7));
    const days = Array.from({ length: 42 }, (_, i) => new Date(start.getTime() + i * 864e5));
    grid.replaceChildren(
      ...["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"].map((name) => h("span", { class: "calendar-name", "aria-hidden": "true" }, name)),
      ...days.map((day) => h("button", {
        type: "button", class: `calendar-day${day.getUTCMonth() === month ? "" : " other"}${iso(day) === today ? " today" : ""}`,
        tabindex: iso(day) === iso(cursor) ? "0" : "-1", "aria-pressed": String(iso(day) === value), data: { date: iso(day) },
        "aria-label": iso(day), on: { click: () => choose(iso(day)) },
      }, day.getUTCDate())));
    if (focus) grid.querySelector("[tabindex='0']")?.focus();
  }
  grid.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
    if (step) { event.preventDefault(); cursor = new Date(cursor.getTime() + step * 864e5); draw(); }
    if (event.key === "PageUp" || event.key === "PageDown") { event.preventDefault(); turn(event.key === "PageUp" ? -1 : 1); draw(); }
  });
  typed.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    const day = typed.value.trim();
    const read = new Date(`${day}T00:00:00Z`);
    if (/^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(read.getTime()) && iso(read) === day) choose(day);
    else typed.setAttribute("aria-invalid", "true");
  });
  const shown = openPopover(anchor, [
    h("div", { class: "calendar-head" }, iconButton("back", "Month before", () => turn(-1)), title, iconButton("back", "Month after", () => turn(1), { class: "icon-button flip" })),
    grid, typed,
  ], { label, className: "calendar", find });
  if (shown) { draw(); place(); }
}
