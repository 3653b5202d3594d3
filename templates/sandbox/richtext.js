// `rich_text` blocks and table cells.
import { h, link } from "./dom.js";
import { emoji } from "./emoji.js";
import { channelLink, mention } from "./mrkdwn.js";
import { now, zone } from "./store.js";
import { dateTokens } from "./time.js";

export function richText(block) {
  return (block.elements ?? []).map((part) => {
    switch (part.type) {
      case "rich_text_section": return h("p", { class: "run" }, spans(part.elements));
      case "rich_text_preformatted": return h("pre", {}, h("code", {}, spans(part.elements)));
      case "rich_text_quote": return h("blockquote", {}, h("span", { class: "run" }, spans(part.elements)));
      case "rich_text_list": {
        const tag = part.style === "ordered" ? "ol" : "ul";
        return h(tag, { class: `indent-${Math.min(part.indent ?? 0, 4)}`, start: tag === "ol" && part.offset ? part.offset + 1 : null },
          (part.elements ?? []).map((item) => h("li", {}, spans(item.elements))));
      }
      default: return h("p", { class: "unknown" }, `A ${part.type ?? "part"} is not shown here.`);
    }
  });
}

const MARKS = [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"], ["underline", "u"]];
function spans(elements = []) {
  return elements.map((part) => {
    let node = span(part);
    for (const [style, tag] of MARKS) if (part.style?.[style]) node = h(tag, {}, node);
    return node;
  });
}

function span(part) {
  switch (part.type) {
    case "text": return part.text ?? "";
    case "link": return link(part.url, part.text || part.url);
    case "user": return mention(part.user_id);
    case "usergroup": return h("span", { class: "mention" }, "@group");
    case "team": return h("span", { class: "mention" }, part.team_id);
    case "channel": return channelLink(part.channel_id);
    case "broadcast": return h("span", { class: "mention broadcast" }, `@${part.range}`);
    case "emoji": return emoji(part.name ?? "") ?? `:${part.name}:`;
    case "date": return h("time", { datetime: new Date(part.timestamp * 1000).toISOString() }, dateTokens(part.format ?? "{date_short}", part.timestamp, zone(), now()));
    case "color": return h("code", {}, part.value ?? "");
    default: return "";
  }
}

/** A cell of a `table` or `data_table` row. */
export function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value !== "object") return String(value);
  if (value.type === "rich_text") return richText(value);
  return String(value.text ?? value.value ?? "");
}
