// All keys: each runs from here, can be given another key, and all single keys can be switched off.

import { COMMANDS, nameOf, printed } from "./keys.js";

const GROUPS = { text: "Text cursor", claim: "Active claim", page: "Page" };
const dialog = document.getElementById("help");

/** @param {{keys: import("./keys.js").Keys, run: (id: string) => void}} app */
export function openHelp({ keys, run }) {
  const groups = Object.entries(GROUPS).map(([group, title]) => {
    const section = document.createElement("section");
    const heading = document.createElement("h3");
    heading.textContent = title;
    const rows = COMMANDS.filter((command) => command.group === group).map((command) => row(command, { keys, run }));
    section.append(heading, ...rows);
    return section;
  });
  dialog.querySelector(".maps").replaceChildren(...groups);
  const isOn = dialog.querySelector("[data-on]");
  isOn.checked = keys.isOn;
  isOn.onchange = () => {
    keys.isOn = isOn.checked;
    keys.keep();
  };
  dialog.querySelector("[data-reset]").onclick = () => {
    keys.reset();
    openHelp({ keys, run });
  };
  dialog.querySelector("[data-close]").onclick = () => dialog.close();
  if (!dialog.open) dialog.showModal();
}

function row(command, { keys, run }) {
  const line = document.createElement("div");
  const doing = document.createElement("button");
  doing.type = "button";
  doing.className = "plainbutton";
  doing.textContent = command.title;
  doing.onclick = () => {
    dialog.close();
    run(command.id);
  };
  const key = document.createElement("button");
  key.type = "button";
  key.className = "keycap";
  const show = () => {
    key.textContent = printed(keys.keyOf(command.id));
    key.setAttribute("aria-label", `${command.title}: ${key.textContent}. Change the key`);
  };
  show();
  key.onclick = () => {
    key.textContent = "press a key";
    key.onkeydown = (event) => {
      const name = nameOf(event);
      if (event.key === "Tab" || event.key === "Shift" || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      key.onkeydown = null;
      if (event.key !== "Escape" && name.length <= 2 && !/\d/.test(name)) keys.change(command.id, name);
      openHelp({ keys, run });
    };
  };
  key.onblur = show;
  line.append(doing, key);
  return line;
}
