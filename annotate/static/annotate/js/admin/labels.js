// Names for controls that Django's admin leaves nameless: select2's boxes, and the cells of inline tables.

/** The head of a field's column in a table. @param {Element | null | undefined} field */
function headOf(field) {
  const cell = field?.closest("td");
  return cell?.closest("table").tHead?.rows[0].cells[cell.cellIndex];
}

/** A select2 box is named by its field's label, or the head of its column, and by what is chosen. @param {Element} box */
function nameBox(box) {
  const select = box.closest(".select2")?.previousElementSibling;
  const label = select && (document.querySelector(`label[for="${select.id}"]`) ?? headOf(select));
  const chosen = box.querySelector(".select2-selection__rendered");
  if (!label || !chosen) return;
  label.id ||= `${select.id}_label`;
  chosen.removeAttribute("role");
  chosen.removeAttribute("aria-readonly");
  box.setAttribute("aria-labelledby", `${label.id} ${chosen.id}`);
}

/** A field in a table is named by the head of its column. @param {HTMLInputElement} field */
function nameCell(field) {
  const name = headOf(field)?.textContent.trim();
  if (name && !field.labels?.length) field.setAttribute("aria-label", name);
}

function nameAll() {
  for (const box of document.querySelectorAll(".select2-selection:not([aria-labelledby*=_label])")) nameBox(box);
  const fields = ".tabular td :is(input:not([type=hidden]),select,textarea):not([aria-label])";
  for (const field of document.querySelectorAll(fields)) nameCell(field);
}

nameAll();
new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
