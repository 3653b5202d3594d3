// Block Kit's layout blocks. `patchBlocks` keeps the nodes of blocks that did not change.
import { h, icon, keepingFocus } from "./dom.js";
import { drawElement } from "./elements.js";
import { markdown, plainString, textObject } from "./mrkdwn.js";
import { cell, richText } from "./richtext.js";
import { blockIdOf } from "./store.js";

/** Makes `root` show `blocks`; `errors` are texts by block_id; `changed(blockId)` is called when a value changes. */
export function patchBlocks(root, blocks, surface, { errors = {}, changed } = {}) {
  root.dataset.surface = surface.key;
  const old = new Map([...root.children].map((node) => [node.blockKey, node]));
  keepingFocus(root, () => {
    (blocks ?? []).forEach((block, index) => {
      const id = blockIdOf(block, index);
      const key = `${id}\n${JSON.stringify(block)}`;
      let node = old.get(key);
      if (node) old.delete(key);
      else {
        node = drawBlock(block, { surface, blockId: id, changed: () => changed?.(id) });
        node.blockKey = key;
        node.dataset.blockId = id;
      }
      if (root.children[index] !== node) root.insertBefore(node, root.children[index] ?? null);
      setError(node, errors[id]);
    });
    while (root.children.length > (blocks ?? []).length) root.lastElementChild.remove();
  });
}

/** Shows or clears the error under an input block, and ties it to the field. */
export function setError(node, text) {
  const place = node.querySelector(":scope > .block-error");
  if (!place) return;
  place.textContent = text ? plainString(text) : "";
  place.hidden = !text;
  node.classList.toggle("has-error", Boolean(text));
  const field = node.querySelector(".field, .select, .choices");
  if (text) field?.setAttribute("aria-invalid", "true"); else field?.removeAttribute("aria-invalid");
}

function drawBlock(block, env) {
  const draw = DRAW[block.type];
  if (draw) return draw(block, env);
  return h("div", { class: "block unknown" }, `A block of type ${block.type || "?"} is not shown here.`);
}

const actionEnv = (env, label) => ({ ...env, dispatch: true, label });

function section(block, env) {
  const plain = block.text && plainString(block.text).split("\n")[0].slice(0, 80);
  return h("div", { class: `block section${block.accessory ? " has-accessory" : ""}` },
    h("div", { class: "section-body" },
      block.text && h("div", { class: "mrkdwn" }, textObject(block.text)),
      block.fields && h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "mrkdwn field-cell" }, textObject(field))))),
    block.accessory && h("div", { class: `accessory for-${block.accessory.type}` }, drawElement(block.accessory, actionEnv(env, plain))));
}

let serial = 0;
function input(block, env) {
  serial += 1;
  const [fieldId, hintId, errorId] = ["field", "hint", "error"].map((kind) => `${kind}-${serial}`);
  const element = block.element ?? {};
  const typed = /_input$/.test(element.type ?? "") && element.type !== "file_input" && element.type !== "rich_text_input";
  const label = plainString(block.label);
  return h("div", { class: "block input" },
    h(typed ? "label" : "div", { class: "input-label", for: typed ? fieldId : null }, label, block.optional && h("span", { class: "optional" }, " (optional)")),
    drawElement(element, { ...env, input: true, optional: block.optional, dispatch: block.dispatch_action === true, label, fieldId: typed ? fieldId : null, describedBy: `${hintId} ${errorId}` }),
    h("p", { class: "block-error", id: errorId, role: "alert", hidden: true }),
    block.hint && h("p", { class: "hint", id: hintId }, plainString(block.hint)));
}

const picture = (block) => h("figure", { class: "block picture" },
  block.title && h("figcaption", {}, plainString(block.title)),
  /^(data:image\/|\/(?!\/))/.test(block.image_url ?? "")
    ? h("img", { src: block.image_url, alt: block.alt_text ?? "" })
    : h("div", { class: "placeholder-image", role: "img", "aria-label": block.alt_text || "Image" }, icon("image"), h("span", { "aria-hidden": "true" }, block.alt_text || "Image")));

function table(block) {
  const rows = (block.rows ?? []).map((row) => row.cells ?? row);
  const align = (index) => `align-${block.column_settings?.[index]?.align ?? "left"}`;
  const [head, ...rest] = rows;
  const line = (tag) => (row) => h("tr", {}, row.map((value, index) => h(tag, { class: align(index), scope: tag === "th" ? "col" : null }, cell(value))));
  return h("div", { class: "block table", tabindex: "0", role: "region", "aria-label": plainString(block.caption) || "Table" },
    h("table", {}, block.caption && h("caption", {}, plainString(block.caption)), head && h("thead", {}, line("th")(head)), h("tbody", {}, rest.map(line("td")))));
}

const words = (value) => (value?.type === "rich_text" ? richText(value) : textObject(value));
const alertBox = (block) => h("div", { class: `block alert ${block.level ?? ""}`, role: "note" },
  block.title && h("strong", {}, textObject(block.title)), h("div", { class: "mrkdwn" }, words(block.text ?? block.body)));

const card = (block, env) => h("div", { class: "block card" },
  block.hero_image && picture(block.hero_image),
  block.title && h("div", { class: "card-title mrkdwn" }, textObject(block.title)),
  block.subtitle && h("div", { class: "card-subtitle mrkdwn" }, textObject(block.subtitle)),
  (block.body ?? block.text) && h("div", { class: "mrkdwn" }, words(block.body ?? block.text)),
  block.actions && h("div", { class: "actions" }, block.actions.map((element) => drawElement(element, actionEnv(env)))));

const DRAW = {
  header: (block) => h("div", { class: "block header", role: "heading", "aria-level": "3" }, textObject(block.text)),
  section, input, image: picture, table, data_table: table, alert: alertBox, card,
  divider: () => h("hr", { class: "block divider" }),
  context: (block) => h("div", { class: "block context" }, (block.elements ?? []).map((part) =>
    (part.type === "image" ? h("span", { class: "thumb tiny", role: "img", "aria-label": part.alt_text || "Image" }, icon("image")) : h("div", { class: "mrkdwn" }, textObject(part))))),
  actions: (block, env) => h("div", { class: "block actions" }, (block.elements ?? []).map((element) => drawElement(element, actionEnv(env)))),
  context_actions: (block, env) => h("div", { class: "block actions" }, (block.elements ?? []).map((element) => drawElement(element, actionEnv(env)))),
  rich_text: (block) => h("div", { class: "block mrkdwn rich" }, richText(block)),
  markdown: (block) => h("div", { class: "block mrkdwn" }, markdown(block.text ?? "")),
  video: (block) => picture({ ...block, image_url: null, alt_text: block.alt_text || plainString(block.title) }),
};
