// Elements made in one line.

/** @param {string} tag @param {object} [values] properties @param {...(string | Node)} inside @returns {any} */
export function node(tag, values = {}, ...inside) {
  const element = Object.assign(document.createElement(tag), values);
  element.append(...inside);
  return element;
}
