// Block Kit's interactive elements. Each draws one value of its surface and sends what Slack would send.
import { avatar, h, icon, safeHref } from "./dom.js";
import { confirmDialog } from "./confirm.js";
import { openCalendar, openMenu, openPicker } from "./popover.js";
import { act, channelOf, nameOf, now, people, store, userOf, zone } from "./store.js";
import { civilLabel, fromLocal, isoDay, isoLocal } from "./time.js";
import { plainString, textObject } from "./mrkdwn.js";

/**
 * Draws `element`. `env`: `surface`, `blockId`, `input` (inside an input block), `dispatch` (tell the app at each change),
 * `label` (for assistive technology), `changed` (called at each change).
 */
export function drawElement(element, env) {
  const draw = DRAW[element.type];
  if (!draw) return h("p", { class: "unknown" }, `An element of type ${element.type || "?"} is not shown here.`);
  const node = draw(element, env);
  if (!node.dataset.actionId) node.dataset.actionId = element.action_id ?? "";
  return node;
}

/** Sends a click or a choice, after its confirm dialog; false when the person said no. */
async function send(node, element, env, fields) {
  if (element.confirm && !(await confirmDialog(element.confirm))) return false;
  node.setAttribute("aria-busy", "true");
  const { type, action_id } = element;
  await act({
    type: "block_action", container: env.surface.container,
    action: { type, action_id, block_id: env.blockId, ...fields }, values: env.surface.values(),
  });
  node.removeAttribute("aria-busy");
  return true;
}

/** Keeps a value and tells the app when it wants to know; a refused confirm puts the old value back. */
async function change(node, element, env, fields, redraw) {
  const before = env.surface.get(env.blockId, element);
  env.surface.put(env.blockId, element, fields);
  redraw();
  env.changed?.();
  if (!env.dispatch) return;
  if (!(await send(node, element, env, fields))) {
    env.surface.put(env.blockId, element, before);
    redraw();
  }
}

/** Where this element is now, if its block was drawn again. */
const finder = (element, env) => () => {
  const root = document.querySelector(`[data-surface="${CSS.escape(env.surface.key)}"]`);
  return root?.querySelector(`[data-block-id="${CSS.escape(env.blockId)}"] [data-action-id="${CSS.escape(element.action_id ?? "")}"]`);
};

function button(element, env) {
  const href = element.url && safeHref(element.url);
  const click = () => send(node, element, env, { value: element.value, text: element.text, ...(element.url ? { url: element.url } : {}) });
  const look = { class: `button ${element.style ?? ""}`, "aria-label": element.accessibility_label, data: { actionId: element.action_id, value: element.value } };
  const words = [plainString(element.text)];
  const node = href
    ? h("a", { ...look, href, target: "_blank", rel: "noopener noreferrer", on: { click } }, words)
    : h("button", { ...look, type: "button", on: { click: () => node.getAttribute("aria-busy") !== "true" && click() } }, words);
  return node;
}

function overflow(element, env) {
  const node = h("button", {
    type: "button", class: "button overflow", "aria-label": "More options", "aria-haspopup": "menu", "aria-expanded": "false",
    on: { click: () => openMenu(node, (element.options ?? []).map((option) => ({
      label: plainString(option.text), note: option.description && plainString(option.description), value: option.value,
      run: () => {
        const address = option.url && safeHref(option.url);
        if (address) window.open(address, "_blank", "noopener,noreferrer");
        send(finder(element, env)() ?? node, element, env, { selected_option: option });
      },
    })), { label: "More options", find: finder(element, env) }) },
  }, icon("more"));
  return node;
}

const matches = (query) => (option) => `${option.label} ${option.note ?? ""}`.toLowerCase().includes(query.toLowerCase());
const asOption = (option) => ({ value: option.value, label: plainString(option.text), note: option.description && plainString(option.description), raw: option });
const personOption = (user) => ({
  value: user.id, label: user.real_name || user.name, lead: avatar(user, "small"),
  note: [user.title, user.is_stranger ? user.team_name : null].filter(Boolean).join(", ") || null,
});
const channelOption = (channel) => ({
  value: channel.id, label: channel.kind === "im" ? nameOf(channel.with) : channel.name,
  lead: channel.kind === "im" ? avatar(userOf(channel.with), "small") : icon(channel.kind === "private" ? "lock" : "hash"),
  note: channel.shared_with?.length ? `Shared with ${channel.shared_with.join(", ")}` : null,
});

function conversationAllowed(channel, filter = {}) {
  const kind = { im: "im", private: "private", channel: "public" }[channel.kind];
  if (filter.include && !filter.include.includes(kind)) return false;
  if (filter.exclude_external_shared_channels && channel.shared_with?.length) return false;
  return !(filter.exclude_bot_users && channel.kind === "im" && userOf(channel.with)?.is_bot);
}

/** How each select reads its options and keeps its value. */
const SELECTS = {
  static: {
    field: "selected_option", full: true,
    source: (element) => (query) => (element.option_groups ?? [{ options: element.options ?? [] }])
      .map((group) => ({ label: group.label && plainString(group.label), options: group.options.map(asOption).filter(matches(query)) })),
  },
  external: {
    field: "selected_option", full: true,
    source: (element, env) => async (query) => {
      const reply = await act({ type: "options", container: env.surface.container, action_id: element.action_id, block_id: env.blockId, query });
      const groups = reply.option_groups ?? [{ options: reply.options ?? [] }];
      return groups.map((group) => ({ label: group.label && plainString(group.label), options: group.options.map(asOption) }));
    },
  },
  users: { field: "selected_user", source: () => (query) => [{ options: people().map(personOption).filter(matches(query)) }], show: nameOf, lead: (id) => avatar(userOf(id), "small") },
  channels: {
    field: "selected_channel", show: (id) => `#${channelOf(id)?.name ?? id}`,
    source: () => (query) => [{ options: store.state.channels.filter((channel) => channel.kind === "channel").map(channelOption).filter(matches(query)) }],
  },
  conversations: {
    field: "selected_conversation", show: (id) => { const channel = channelOf(id); return channel?.kind === "im" ? nameOf(channel.with) : `#${channel?.name ?? id}`; },
    source: (element) => (query) => [{ options: store.state.channels.filter((channel) => conversationAllowed(channel, element.filter)).map(channelOption).filter(matches(query)) }],
  },
};

function select(element, env) {
  const multi = element.type.startsWith("multi_");
  const kind = SELECTS[element.type.replace("multi_", "").replace("_select", "")];
  const field = multi ? `${kind.field}s` : kind.field;
  const value = () => { const kept = env.surface.get(env.blockId, element)?.[field]; return (multi ? kept : kept && [kept]) || []; };
  const keyOf = (item) => (kind.full ? item.value : item);
  const words = h("span", { class: "select-words" });
  const node = h("button", {
    type: "button", class: `select${multi ? " multi" : ""}`, "aria-haspopup": "listbox", "aria-expanded": "false",
    "aria-describedby": env.describedBy, data: { actionId: element.action_id, kind: element.type },
  }, words, icon("down"));
  // The element as it is first drawn is not on the page yet: the one found there would be its forerunner.
  const redraw = (at = finder(element, env)() ?? node) => {
    const place = at.querySelector(".select-words") ?? words;
    const items = value();
    const text = (item) => (kind.full ? plainString(item.text) : kind.show(item));
    place.replaceChildren(...(items.length
      ? items.map((item) => h("span", { class: multi ? "chip" : "select-value" }, kind.lead?.(item), text(item)))
      : [h("span", { class: "placeholder" }, plainString(element.placeholder) || (multi ? "Choose some" : "Choose one"))]));
    at.dataset.value = items.map(keyOf).join(",");
    at.setAttribute("aria-label", `${env.label ? `${env.label}: ` : ""}${items.length ? items.map(text).join(", ") : "nothing chosen"}`);
  };
  redraw(node);
  let before = null;
  const set = (next) => ({ [field]: multi ? next : next[0] ?? null });
  const pick = (option) => {
    const item = kind.full ? option.raw : option.value;
    if (!multi) return change(node, element, env, set([item]), redraw);
    const had = value();
    const without = had.filter((one) => keyOf(one) !== option.value);
    if (without.length === had.length && element.max_selected_items && had.length >= element.max_selected_items) return undefined;
    env.surface.put(env.blockId, element, set(without.length < had.length ? without : [...had, item]));
    env.changed?.();
    return redraw();
  };
  node.addEventListener("click", () => {
    if (node.getAttribute("aria-busy") === "true") return;
    before = JSON.stringify(value());
    openPicker(node, {
      source: kind.source(element, env), chosen: () => value().map(keyOf), onPick: pick, multi, find: finder(element, env),
      label: env.label || plainString(element.placeholder) || "Options", minQuery: element.type.includes("external") ? element.min_query_length ?? 3 : 0,
      // A choice of several is told to the app when the list closes, as Slack does.
      onClose: () => { if (multi && env.dispatch && JSON.stringify(value()) !== before) change(node, element, env, set(value()), redraw); },
    });
  });
  node.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); node.click(); }
    if ((event.key === "Backspace" || event.key === "Delete") && value().length && (multi || (env.input && env.optional))) {
      change(node, element, env, set(multi ? value().slice(0, -1) : []), redraw);
    }
  });
  return node;
}

function datepicker(element, env) {
  const value = () => env.surface.get(env.blockId, element).selected_date;
  const words = h("span", { class: "select-words" });
  const node = h("button", { type: "button", class: "select date", "aria-haspopup": "dialog", "aria-expanded": "false", data: { actionId: element.action_id, kind: "datepicker" } }, icon("calendar"), words);
  const redraw = (at = finder(element, env)() ?? node) => {
    const text = value() ? civilLabel(value()) : plainString(element.placeholder) || "Choose a date";
    (at.querySelector(".select-words") ?? words).replaceChildren(h("span", { class: value() ? "select-value" : "placeholder" }, text));
    at.dataset.value = value() ?? "";
    at.setAttribute("aria-label", `${env.label ? `${env.label}: ` : ""}${text}`);
  };
  redraw(node);
  node.addEventListener("click", () => openCalendar(node, {
    value: value(), today: isoDay(now(), zone()), label: env.label || "Choose a date", find: finder(element, env),
    onPick: (day) => change(node, element, env, { selected_date: day }, redraw),
  }));
  return node;
}

const HALF_HOURS = Array.from({ length: 48 }, (_, i) => `${String(i >> 1).padStart(2, "0")}:${i % 2 ? "30" : "00"}`);
/** Half hours that match, and any other time that was typed in full: `9:05`, `0905`, `17`. */
function times(query) {
  const typed = query.match(/^(\d{1,2})[:.h]?(\d{2})?$/);
  const list = HALF_HOURS.filter((time) => time.includes(query) || time.startsWith(`0${query}`));
  const exact = typed && Number(typed[1]) < 24 && Number(typed[2] ?? 0) < 60 ? `${typed[1].padStart(2, "0")}:${typed[2] ?? "00"}` : null;
  const all = exact ? [exact, ...list.filter((time) => time !== exact)] : list;
  return [{ options: all.map((time) => ({ value: time, label: time })) }];
}

function timepicker(element, env) {
  const value = () => env.surface.get(env.blockId, element).selected_time;
  const words = h("span", { class: "select-words" });
  const node = h("button", { type: "button", class: "select time", "aria-haspopup": "listbox", "aria-expanded": "false", data: { actionId: element.action_id, kind: "timepicker" } }, icon("clock"), words);
  const redraw = (at = finder(element, env)() ?? node) => {
    const text = value() ?? (plainString(element.placeholder) || "Choose a time");
    (at.querySelector(".select-words") ?? words).replaceChildren(h("span", { class: value() ? "select-value" : "placeholder" }, text));
    at.dataset.value = value() ?? "";
    at.setAttribute("aria-label", `${env.label ? `${env.label}: ` : ""}${text}`);
  };
  redraw(node);
  node.addEventListener("click", () => openPicker(node, {
    source: times, chosen: () => [value()], placeholder: "09:00", label: env.label || "Choose a time", find: finder(element, env),
    onPick: (option) => change(node, element, env, { selected_time: option.value, ...(element.timezone ? { timezone: element.timezone } : {}) }, redraw),
  }));
  return node;
}

function datetimepicker(element, env) {
  const value = () => env.surface.get(env.blockId, element).selected_date_time;
  const node = h("input", { type: "datetime-local", class: "field", "aria-label": env.label, value: value() ? isoLocal(new Date(value() * 1000), zone()) : "" });
  node.addEventListener("change", () => {
    const at = node.value ? fromLocal(node.value, zone()).getTime() / 1000 : null;
    change(node, element, env, { selected_date_time: at }, () => {});
  });
  return node;
}

const INPUT_TYPES = { plain_text_input: "text", email_text_input: "email", url_text_input: "url", number_input: "text" };
function textInput(element, env) {
  const wide = element.type === "plain_text_input" && element.multiline;
  const node = h(wide ? "textarea" : "input", {
    class: "field", type: wide ? null : INPUT_TYPES[element.type], rows: wide ? 5 : null, id: env.fieldId,
    inputmode: element.type === "number_input" ? (element.is_decimal_allowed ? "decimal" : "numeric") : null,
    placeholder: plainString(element.placeholder) || null, maxlength: element.max_length ?? (element.type === "plain_text_input" ? 3000 : null),
    "aria-label": env.fieldId ? null : env.label, "aria-describedby": env.describedBy, autocomplete: "off",
    data: { actionId: element.action_id, autofocus: element.focus_on_load ? "1" : null },
    value: env.surface.get(env.blockId, element)?.value ?? "",
  });
  const when = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const fields = () => ({ value: node.value === "" ? null : node.value });
  let wait = null;
  node.addEventListener("input", () => {
    env.surface.put(env.blockId, element, fields());
    env.changed?.();
    if (!env.dispatch || !when.includes("on_character_entered")) return;
    clearTimeout(wait);
    wait = setTimeout(() => send(node, element, env, fields()), 300);
  });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || wide) return;
    if (env.dispatch && when.includes("on_enter_pressed")) {
      event.preventDefault();
      event.stopPropagation();
      send(node, element, env, fields());
    }
  });
  return node;
}

function choices(element, env) {
  const many = element.type === "checkboxes";
  const field = many ? "selected_options" : "selected_option";
  const value = () => { const kept = env.surface.get(env.blockId, element)[field]; return (many ? kept : kept && [kept]) || []; };
  const group = `${env.surface.key}/${env.blockId}/${element.action_id}`;
  const node = h("div", { class: "choices", role: many ? "group" : "radiogroup", "aria-label": env.label, "aria-describedby": env.describedBy, data: { actionId: element.action_id } });
  const redraw = () => {
    const on = value().map((option) => option.value);
    for (const box of node.querySelectorAll("input")) box.checked = on.includes(box.dataset.value);
  };
  const options = element.options ?? [];
  const read = () => options.filter((option) => [...node.querySelectorAll("input")].some((box) => box.checked && box.dataset.value === option.value));
  node.append(...options.map((option) => h("label", { class: "choice" },
    h("input", { type: many ? "checkbox" : "radio", name: group, data: { value: option.value },
      on: { change: () => change(node, element, env, { [field]: many ? read() : read()[0] ?? null }, redraw) } }),
    h("span", { class: "choice-words" }, h("span", {}, textObject(option.text)), option.description && h("small", {}, textObject(option.description))))));
  redraw();
  return node;
}

export const isEmpty = (state) => {
  if (!state) return true;
  const [held] = Object.entries(state).filter(([key]) => key !== "type" && key !== "timezone").map(([, value]) => value);
  return held === null || held === undefined || (typeof held === "string" && held.trim() === "") || (Array.isArray(held) && held.length === 0);
};

/** What Slack's own client refuses before the app sees it; null when the value is fine. */
export function complaint(block, element, state) {
  if (isEmpty(state)) return block.optional ? null : "Please complete this required field.";
  const text = state.value;
  if (element.min_length && text.length < element.min_length) return `Use at least ${element.min_length} characters.`;
  if (element.max_length && text.length > element.max_length) return `Use at most ${element.max_length} characters.`;
  if (element.type === "email_text_input" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)) return "Enter an email address, such as sam@northwind.example.";
  if (element.type === "url_text_input" && !safeHref(text)) return "Enter a full address that begins with https://.";
  if (element.type === "number_input") {
    const number = Number(text);
    if (Number.isNaN(number)) return "Enter a number.";
    if (!element.is_decimal_allowed && !Number.isInteger(number)) return "Enter a whole number.";
    if (element.min_value !== undefined && number < Number(element.min_value)) return `Enter ${element.min_value} or more.`;
    if (element.max_value !== undefined && number > Number(element.max_value)) return `Enter ${element.max_value} or less.`;
  }
  return null;
}

function buttons(element, env) {
  const node = h("span", { class: "button-row" });
  for (const key of ["positive_button", "negative_button"]) {
    if (element[key]) node.append(button({ ...element[key], type: element.type, action_id: element.action_id }, env));
  }
  return node;
}

const image = (element) => h("span", { class: "thumb", role: "img", "aria-label": element.alt_text || "Image" }, icon("image"));

const DRAW = {
  button, overflow, datepicker, timepicker, datetimepicker, image, workflow_button: button, icon_button: (element, env) => button({ ...element, style: "" }, env),
  feedback_buttons: buttons, checkboxes: choices, radio_buttons: choices,
  plain_text_input: textInput, email_text_input: textInput, url_text_input: textInput, number_input: textInput,
};
for (const kind of Object.keys(SELECTS)) { DRAW[`${kind}_select`] = select; DRAW[`multi_${kind}_select`] = select; }

