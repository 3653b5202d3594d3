// Where things are on the sandbox's page; the verbs of page.rs call these. Each gives an element or null.
const last = (list) => [...list].at(-1) ?? null;
const seen = (node) => Boolean(node && node.getClientRects().length);
const says = (text) => (node) => node.innerText.includes(text);
const first = (list, test) => [...list].find(test) ?? null;
const by = (name, value) => `[data-${name}="${CSS.escape(value)}"]`;

const surface = {
  main: () => document.querySelector("#main"),
  thread: () => (seen(document.querySelector("#thread")) ? document.querySelector("#thread") : null),
  modal: () => last([...document.querySelectorAll(by("test", "modal"))].filter(seen)),
  sidebar: () => document.querySelector("#sidebar"),
};

const messages = (where) => [...(surface[where]()?.querySelectorAll("article[data-ts]") ?? [])].filter(seen);
const message = (where, text) => last(messages(where).filter(says(text)));

// The control of a row: from the block that says `row` on, the next one with the action.
function control(where, text, row, action) {
  const root = text === null ? surface[where]() : message(where, text);
  if (!root) return null;
  const all = [...root.querySelectorAll(by("action-id", action))].filter(seen);
  if (row === null) return last(all);
  const block = first(root.querySelectorAll("[data-block-id]"), says(row));
  return block && first(all, (node) => block.contains(node) || block.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING);
}

// An input block of the modal on top, by its block_id or by how its label begins.
const field = (name) => first(surface.modal()?.querySelectorAll(".block.input") ?? [],
  (node) => node.dataset.blockId === name || node.querySelector(".input-label")?.innerText.startsWith(name));

const choice = (label) => {
  const all = [...document.querySelectorAll("#layer [role=option], #layer [role^=menuitem]")].filter(seen);
  return first(all, (node) => node.querySelector(".menu-words > span")?.innerText === label) ?? first(all, says(label));
};

// As a paste: the selection is replaced at once, with the events that typing gives.
function paste(node, text) {
  node.focus();
  node.select?.();
  document.execCommand(text === "" ? "delete" : "insertText", false, text);
  return true;
}

function drop(where, name, base64) {
  const pane = surface[where]()?.querySelector(".pane");
  if (!pane) return null;
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
  for (const type of ["dragenter", "dragover", "drop"]) {
    pane.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
  return true;
}
