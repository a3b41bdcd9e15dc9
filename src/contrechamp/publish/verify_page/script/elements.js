// Parts of the page. Whatever a bundle says becomes text, never markup.

const MAX_LETTERS = 2000;
// Controls, and what turns the direction of the text around it.
const UNSEEMLY = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]|\p{Surrogate}/gu;

/** Return a text that can be shown: no longer than that, and nothing in it that plays tricks. */
function shown(text, most = MAX_LETTERS) {
  const kept = Array.from(String(text).slice(0, 2 * most)).slice(0, most).join("");
  return kept.replace(UNSEEMLY, "\ufffd") + (kept.length < String(text).length ? "…" : "");
}

function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    made.setAttribute(attribute, value);
  }
  made.append(...children);
  return made;
}

/** Return a text of somebody else, kept from turning the words around it. */
function apart(text, most) {
  return make("bdi", {}, shown(text, most));
}

/** Return the nodes of a message of ours, with its fields filled in. */
function filled(message, fields = {}) {
  return message.split(/(\{[a-z]+\})/).map((part) => {
    const name = part.slice(1, -1);
    const isField = part.startsWith("{") && Object.hasOwn(fields, name);
    return isField && !(fields[name] instanceof Node) ? apart(fields[name], 300) : isField ? fields[name] : part;
  });
}

function empty(element) {
  element.replaceChildren();
  return element;
}
