// Elements, and how a page becomes the next one: what is the same stays, with its focus and what was typed.

const SVG = 'http://www.w3.org/2000/svg';
const OF_SVG = new Set(['svg', 'path', 'line', 'rect', 'circle', 'text', 'g', 'title', 'polyline']);

export function h(tag, attributes = {}, ...children) {
  const element = OF_SVG.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    element.setAttribute(name, value === true ? '' : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

// Makes the content of an element like that of another tree. Children with an id are found by it.
export function show(element, ...children) {
  const wanted = element.cloneNode(false);
  append(wanted, children);
  morphChildren(element, wanted);
}

function morphChildren(present, wanted) {
  let at = present.firstChild;
  for (const next of [...wanted.childNodes]) {
    const found = match(present, at, next);
    if (!found) {
      present.insertBefore(next, at);
      continue;
    }
    while (at !== found) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
    at = found.nextSibling;
    morph(found, next);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

function match(parent, at, next) {
  if (!at) return null;
  if (next.id) {
    for (let node = at; node; node = node.nextSibling) {
      if (node.id === next.id && node.nodeName === next.nodeName) return node;
    }
    return null;
  }
  return !at.id && at.nodeName === next.nodeName ? at : null;
}

function morph(present, wanted) {
  if (present.nodeType !== Node.ELEMENT_NODE) {
    if (present.data !== wanted.data) present.data = wanted.data;
    return;
  }
  for (const { name } of [...present.attributes]) {
    if (!wanted.hasAttribute(name) && !(name === 'open' && present.nodeName === 'DETAILS')) present.removeAttribute(name);
  }
  for (const { name, value } of [...wanted.attributes]) {
    if (present.getAttribute(name) !== value) present.setAttribute(name, value);
  }
  if (!present.hasAttribute('data-drawn')) morphChildren(present, wanted);
}
