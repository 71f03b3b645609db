// The search pages: “/” leads to the field, and the address says what is shown, so that it can be passed on.

const form = document.querySelector("form[role=search]");
const field = form.querySelector("[type=search]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  event.preventDefault();
  field.focus();
  field.select();
});

document.addEventListener("htmx:after:request", () => {
  const said = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) said.append(name, value);
  history.replaceState(null, "", said.size ? `?${said}` : location.pathname);
});
